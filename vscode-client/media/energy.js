// Draws what the extension sends. Text is only ever set as text.
(() => {
  const editor = acquireVsCodeApi();
  const main = document.querySelector('main');

  /** Edits that are listed until the user asks for more. */
  const SHOWN = 10;

  const MEANINGS = {
    ΔE: 'Energy of the edited code minus that of the code as written: the more below 0, the better the edit fits. In nats.',
    usage: 'What counting tells: how often names occur, how alike they are, what stands beside them.',
    learned: 'What the network read in code.',
    probability: 'That the edit is what was meant, calibrated on repositories that the training did not see.',
  };

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

  function heading(title) {
    const made = element('th', '', title);
    made.title = MEANINGS[title] ?? '';
    return made;
  }

  function edits(drawing) {
    if (drawing.edits.length === 0) {
      return element('p', '', 'No candidate edit.');
    }
    const titles = ['at', 'edit', 'rule', 'ΔE', ...drawing.terms, 'probability', ''];
    const head = element('tr', '', ...titles.map(heading));
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
    const body = element('tbody', '', ...rows.slice(0, SHOWN));
    const parts = [element('table', '', element('thead', '', head), body)];
    if (rows.length > SHOWN) {
      const all = element('button', 'link', `${rows.length - SHOWN} more edits`);
      all.addEventListener('click', () => {
        body.append(...rows.slice(SHOWN));
        all.remove();
      });
      parts.push(all);
    }
    return element('div', '', ...parts);
  }

  window.addEventListener('message', ({ data: { notice, drawing } }) => {
    if (drawing) {
      const free = `Free energy ${drawing.freeEnergy}: 0 when nothing beats the code as written. The warmer a token, the more speaks for changing it.`;
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
