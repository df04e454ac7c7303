// What is searched for, and what fits.
const filter = {words: [], actions: new Set(), unit: -1, only: false};
const strokes = {'ø': 'o', 'æ': 'ae', 'œ': 'oe', 'ß': 'ss', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'þ': 'th', 'ı': 'i'};

// plainLetter is a letter without case and marks.
const plainLetter = (c) => [...c.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')].map((x) => strokes[x] || x).join('');
const plainText = (text) => /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : [...text].map(plainLetter).join('');
const wordsOf = (text) => plainText(text).split(/\s+/).filter((w) => w !== '');

// marked is a text with the words that were searched marked in it.
function marked(text) {
  if (filter.words.length === 0 || text === '') return text;
  const letters = [...text];
  let plain = '';
  const start = letters.map((c) => { const at = plain.length; plain += plainLetter(c); return at; });
  const hit = new Array(plain.length).fill(false);
  for (const w of filter.words) {
    for (let at = plain.indexOf(w); at >= 0; at = plain.indexOf(w, at + 1)) hit.fill(true, at, at + w.length);
  }
  const out = [];
  for (let i = 0; i < letters.length;) {
    const on = hit[start[i]] === true;
    let part = '';
    for (; i < letters.length && (hit[start[i]] === true) === on; i++) part += letters[i];
    out.push(on ? el('mark', {}, part) : part);
  }
  return out;
}

const hay = new Map();
function haystack(x, make) {
  let text = hay.get(x);
  if (text === undefined) hay.set(x, text = plainText(make(x)));
  return text;
}
const partText = (p) => [p.a, p.o, p.t, p.x].filter(Boolean).join(' ');
const stepText = (s) => [s.n, s.a, s.x, s.f, ...(s.w || []), ...(s.p || []).map(partText)].filter(Boolean).join(' ');
const unitText = (u) => [u.b && u.b.n, u.t && u.t.n, u.a].filter(Boolean).join(' ');
const hasWords = (text) => filter.words.every((w) => text.includes(w));

const searching = () => filter.words.length > 0 || filter.actions.size > 0;
const filtering = () => searching() || filter.unit >= 0;
const stepSearched = (s) => (filter.actions.size === 0 || filter.actions.has(s.do)) && hasWords(haystack(s, stepText));
const stepFits = (s) => stepSearched(s) && (filter.unit < 0 || (s.u || []).includes(filter.unit));

// unitsFound are the units that fit by themselves or by what changes in them.
function unitsFound() {
  const found = new Set();
  plan.units.forEach((u, i) => {
    if ((filter.actions.size === 0 || filter.actions.has(u.do)) && hasWords(haystack(u, unitText))) found.add(i);
  });
  for (const s of plan.steps) {
    if ((s.u || []).length > 0 && stepSearched(s)) s.u.forEach((i) => found.add(i));
  }
  return found;
}

// changing are the units in which something changes.
const changing = (() => {
  const set = new Set();
  plan.units.forEach((u, i) => {
    if (u.do || !u.b || !u.t || (u.b.m || 0) !== (u.t.m || 0) || (u.b.d || 0) !== (u.t.d || 0)) set.add(i);
  });
  for (const s of plan.steps) (s.u || []).forEach((i) => set.add(i));
  return set;
})();
