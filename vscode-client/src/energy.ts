/** Energies as the server tells them (`groundstate.showEnergy`), and as the view draws them. No editor in here. */

export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Edit {
  rule: string;
  name: string;
  title: string;
  range: Range;
  /** `soft` in nats, `hard` in violations: what the energy changes by; `terms` splits `soft`. */
  gap: { hard: number; soft: number; terms: Record<string, number> };
  probability: number;
  replacements: { range: Range; newText: string }[];
}

export interface Energy {
  uri: string;
  version: number;
  unit: { name: string; range: Range };
  /** 0 when nothing beats the code as written. */
  freeEnergy: number;
  terms: string[];
  tokens: { range: Range; heat: number }[];
  edits: Edit[];
}

export const HEAT_LEVELS = 9;

/** A piece of a line that is drawn in one colour; `heat` is 0 to HEAT_LEVELS. */
export interface Piece {
  text: string;
  heat: number;
}

/** What the webview draws: lines of the unit with their numbers, and the best edits. */
export interface Drawing {
  title: string;
  freeEnergy: string;
  lines: { number: number; pieces: Piece[] }[];
  terms: string[];
  edits: { place: string; rule: string; title: string; total: string; terms: string[]; probability: string }[];
}

/** `energy` over the lines of its document; `textOfLine` gives a line without its end. */
export function drawing(energy: Energy, textOfLine: (line: number) => string): Drawing {
  const { start, end } = energy.unit.range;
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const lines = [];
  for (let line = start.line; line <= last; line++) {
    lines.push({ number: line + 1, pieces: pieces(textOfLine(line), line, energy.tokens) });
  }
  return {
    title: `${energy.unit.name}, lines ${start.line + 1} to ${last + 1}`,
    freeEnergy: energy.freeEnergy.toFixed(3),
    lines,
    terms: energy.terms,
    edits: energy.edits.map((edit) => ({
      place: `${edit.range.start.line + 1}:${edit.range.start.character + 1}`,
      rule: `${edit.rule} ${edit.name}`,
      title: edit.title,
      total: nats(edit.gap.soft) + (edit.gap.hard ? `, ${signed(edit.gap.hard, 0)} violations` : ''),
      terms: energy.terms.map((term) => nats(edit.gap.terms[term] ?? 0)),
      probability: edit.probability.toFixed(4),
    })),
  };
}

/** A line cut where the heat changes. Tokens do not overlap; one may span lines. */
function pieces(text: string, line: number, tokens: Energy['tokens']): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  const on = tokens.filter(({ range }) => range.start.line <= line && line <= range.end.line);
  on.sort((one, other) => one.range.start.line - other.range.start.line || one.range.start.character - other.range.start.character);
  for (const { range, heat } of on) {
    const from = Math.max(at, range.start.line < line ? 0 : range.start.character);
    const to = Math.min(text.length, range.end.line > line ? text.length : range.end.character);
    if (to > from) {
      found.push({ text: text.slice(at, from), heat: 0 });
      found.push({ text: text.slice(from, to), heat: Math.min(HEAT_LEVELS, Math.ceil(heat * HEAT_LEVELS)) });
      at = to;
    }
  }
  found.push({ text: text.slice(at), heat: 0 });
  return found.filter((piece) => piece.text !== '');
}

function nats(value: number): string {
  return signed(value, 2);
}

function signed(value: number, digits: number): string {
  return (value < 0 ? '−' : '+') + Math.abs(value).toFixed(digits);
}
