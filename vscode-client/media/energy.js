// Draws what the extension sends. Text is only ever set as text.
(() => {
  const editor = acquireVsCodeApi();
  const main = document.querySelector('main');

  function element(name, classes, ...children) {
    const made = document.createElement(name);
    made.className = classes;
    made.append(...children);
    return made;
  }

  function button(label, title, message) {
    const made = element('button', 'link', label);
    made.title = title;
    made.addEventListener('click', () => editor.postMessage(message));
    return made;
  }

  function source(lines) {
    const rows = lines.map(({ number, pieces }) =>
      element(
        'div',
        'line',
        element('span', 'number', String(number)),
        ...pieces.map(({ text, heat }) => element('span', `heat${heat}`, text)),
      ),
    );
    return element('pre', 'source', ...rows);
  }

  function edits(drawing) {
    if (drawing.edits.length === 0) {
      return element('p', '', 'No candidate edit.');
    }
    const titles = ['at', 'edit', 'rule', 'ΔE', ...drawing.terms, 'probability', ''];
    const head = element('tr', '', ...titles.map((title) => element('th', '', title)));
    const rows = drawing.edits.map((edit, number) =>
      element(
        'tr',
        '',
        element('td', '', button(edit.place, 'Show in the editor', { kind: 'reveal', edit: number })),
        element('td', 'title', edit.title),
        element('td', '', edit.rule),
        ...[edit.total, ...edit.terms, edit.probability].map((value) => element('td', 'value', value)),
        element('td', '', button('Apply', 'Make this edit', { kind: 'apply', edit: number })),
      ),
    );
    return element('table', '', element('thead', '', head), element('tbody', '', ...rows));
  }

  window.addEventListener('message', ({ data: { notice, drawing } }) => {
    if (drawing) {
      const free = `free energy ${drawing.freeEnergy} (0 when nothing beats the code as written)`;
      main.replaceChildren(
        element('h1', '', drawing.title),
        element('p', 'free', free),
        element('div', 'parts', source(drawing.lines), edits(drawing)),
      );
    } else {
      main.replaceChildren(element('p', 'notice', notice));
    }
  });

  editor.postMessage({ kind: 'ready' });
})();
