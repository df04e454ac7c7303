// The tree of units. Only what is unfolded is drawn.
const tree = {view: 'both', open: new Map(), kids: [], up: [], hits: null, above: new Set(), current: null};
const most = 200; // rows drawn at once below one unit
const limit = 3000; // rows that are unfolded at once
const deepest = 100; // levels that are unfolded at once
const indented = 12; // levels that stand further in than the one above

const placeIn = (u) => tree.view === 'before' ? u.b : tree.view === 'after' ? u.t : u.t || u.b;
const moves = (u) => u.b && u.t && u.b.p !== u.t.p;
const key = (n) => (n.away ? 'away' : 'unit') + n.i;

// plant lays the tree out for a view. A unit that moves stands where it will be,
// and where it was there is a note of that.
function plant() {
  const n = plan.units.length;
  tree.kids = Array.from({length: n + 1}, () => []);
  plan.units.forEach((u, i) => {
    const p = placeIn(u);
    if (!p) return;
    // What stays stands below what stays: in a refused plan it may be otherwise.
    const above = p.p >= 0 && (p === u.t ? plan.units[p.p].t : placeIn(plan.units[p.p]));
    const over = above ? p.p : -1;
    tree.kids[over + 1].push({i});
    if (tree.view === 'both' && moves(u) && u.b.p !== over) tree.kids[u.b.p + 1].push({i, away: true});
  });
  tree.up = new Array(n).fill(-1);
  tree.kids.forEach((list, at) => list.forEach((k) => { if (!k.away) tree.up[k.i] = at - 1; }));
}

// choose says which units are shown and which of them are unfolded: with each
// that fits all above it, and all below when they are unfolded.
function choose() {
  let hits = null;
  if (filter.only) hits = changing;
  if (searching()) {
    const found = unitsFound();
    hits = hits ? new Set([...found].filter((i) => hits.has(i))) : found;
  }
  tree.hits = hits;
  tree.above = new Set();
  const roots = hits || plan.units.flatMap((u, i) => u.do ? [i] : []);
  for (const i of roots) {
    for (let at = tree.up[i]; at >= 0 && !tree.above.has(at); at = tree.up[at]) tree.above.add(at);
    const u = plan.units[i];
    if (tree.view === 'both' && moves(u)) {
      for (let at = u.b.p; at >= 0 && !tree.above.has(at); at = tree.up[at]) tree.above.add(at);
    }
  }
  tree.open = new Map();
  let rows = tree.kids[0].length;
  const queue = tree.kids[0].filter((k) => !k.away).map((k) => k.i);
  for (let q = 0; q < queue.length && rows < 2 * most; q++) {
    const i = queue[q];
    if (tree.above.has(i) || !hits && (q === 0 || tree.above.size === 0 && tree.up[i] < 0)) {
      tree.open.set(i, true);
      const below = kidsOf(i);
      rows += Math.min(below.length, most);
      for (const k of below) if (!k.away) queue.push(k.i);
    }
  }
}

// kidsOf are the units shown below one: those that fit and those above them, and all
// where only the unit itself, or one above it, fits.
function kidsOf(i) {
  const list = tree.kids[i + 1];
  if (!tree.hits || !tree.above.has(i) && fitsAbove(i)) return list;
  return list.filter((k) => tree.hits.has(k.i) || tree.above.has(k.i) && !k.away);
}

function fitsAbove(i) {
  if (filter.only) return false;
  for (; i >= 0; i = tree.up[i]) if (tree.hits.has(i)) return true;
  return false;
}

function heads(was, is, noun) {
  if (was === is) return [noun(is)];
  return [number(was), arrow(), noun(is)];
}

// row says of a unit all that there is to say.
function row(n) {
  const u = plan.units[n.i];
  const both = tree.view === 'both';
  const p = n.away ? u.b : placeIn(u);
  const was = both ? u.b : p;
  const is = both ? u.t : p;
  const r = el('div', {class: 'row' + (both && u.do === 'delete' ? ' goes' : '') + (n.away ? ' away' : ''), id: 'row-' + key(n)}, el('span', {class: 'twist', 'aria-hidden': 'true'}));
  if (n.away) {
    add(r, badge('away'), name(p.n), el('span', {class: 'dim'}, 'now ', way(u.t.p)));
    return r;
  }
  if (both && u.do) add(r, badge(u.do));
  if (both && was && is && was.n !== is.n) add(r, el('del', {}, el('bdi', {}, marked(was.n))), arrow());
  add(r, name(p.n));
  const level = both && was && is && was.l !== is.l ? [was.l || 'no kind', arrow(), is.l || 'no kind'] : p.l;
  if (level) add(r, el('span', {class: 'dim'}, level));
  const count = (field) => [was ? was[field] || 0 : is[field] || 0, is ? is[field] || 0 : 0];
  const [had, has] = both && !was ? [0, is.m || 0] : count('m');
  add(r, el('span', {class: 'heads' + (had !== has ? ' differ' : '')}, heads(had, has, people)));
  const [hadAll, hasAll] = both && !was ? [0, is.w || 0] : count('w');
  if (tree.kids[n.i + 1].length > 0 || hadAll !== had || hasAll !== has) {
    add(r, el('span', {class: 'below'}, '(', heads(hadAll, hasAll, number), ' with all below)'));
  }
  if (both && moves(u)) add(r, el('span', {class: 'way'}, 'from ', way(u.b.p, 'b')));
  if (!u.a) add(r, el('span', {class: 'dim'}, 'not managed'));
  if (u.v) add(r, el('span', {class: 'dim'}, 'at ' + u.v));
  return r;
}

// way is the path to a unit as it will be, or as it is.
function way(i, side) {
  const list = [];
  for (; i >= 0 && list.length < 12; i = placed(i, side).p) list.unshift(placed(i, side).n);
  return list.length === 0 ? 'the top' : el('bdi', {}, (i >= 0 ? '… / ' : '') + list.join(' / '));
}
const placed = (i, side) => side === 'b' ? plan.units[i].b : plan.units[i].t || plan.units[i].b;

// item is a unit in the tree, with what is below it if that is unfolded.
function item(n, level, at, size) {
  const below = n.away ? [] : kidsOf(n.i);
  const open = below.length > 0 && tree.open.get(n.i) === true;
  const li = el('li', {role: 'treeitem', id: key(n), tabindex: '-1', 'aria-labelledby': 'row-' + key(n), 'aria-level': level, 'aria-posinset': at + 1, 'aria-setsize': size,
    'aria-selected': String(!n.away && filter.unit === n.i), 'aria-expanded': below.length > 0 ? String(open) : null}, row(n));
  li.node = n;
  if (below.length > 0) li.firstChild.firstChild.textContent = open ? '▾' : '▸';
  if (open) li.append(group(below, level + 1));
  return li;
}

function group(list, level) {
  const ul = el('ul', {role: 'group', class: level > indented ? 'deep' : null});
  draw(ul, list, level, 0);
  return ul;
}

// draw adds rows to a group, and an item that adds more.
function draw(ul, list, level, from) {
  const to = Math.min(list.length, from + most);
  for (let i = from; i < to; i++) ul.append(item(list[i], level, i, list.length));
  if (to < list.length) {
    const id = 'more-' + key(list[to]);
    const li = el('li', {role: 'treeitem', tabindex: '-1', 'aria-level': level, 'aria-labelledby': id, 'aria-selected': 'false'},
      el('div', {class: 'row dim', id}, '… ' + units(list.length - to) + ' more'));
    li.more = () => {
      li.remove();
      draw(ul, list, level, to);
      focusItem(ul.children[to]);
    };
    ul.append(li);
  }
}

function drawTree() {
  const box = find('tree');
  const focused = document.activeElement && document.activeElement.closest('#tree [role=treeitem]');
  box.replaceChildren();
  draw(box, kidsOf(-1), 1, 0);
  find('tree-empty').hidden = box.children.length > 0;
  const first = (focused && focused.id && find(focused.id)) || box.firstElementChild;
  tree.current = null;
  if (first) focused ? focusItem(first) : roam(first);
}

function roam(li) {
  if (tree.current) tree.current.tabIndex = -1;
  tree.current = li;
  li.tabIndex = 0;
}

function focusItem(li) {
  roam(li);
  li.focus({preventScroll: true});
  li.firstChild.scrollIntoView({block: 'nearest'});
}

const expandable = (li) => li.hasAttribute('aria-expanded');
const isOpen = (li) => li.getAttribute('aria-expanded') === 'true';

function setOpen(li, open) {
  if (!expandable(li) || isOpen(li) === open) return;
  const n = li.node;
  tree.open.set(n.i, open);
  li.setAttribute('aria-expanded', String(open));
  li.firstChild.firstChild.textContent = open ? '▾' : '▸';
  if (open) {
    li.append(group(kidsOf(n.i), Number(li.getAttribute('aria-level')) + 1));
  } else {
    if (tree.current && tree.current !== li && li.contains(tree.current)) li.contains(document.activeElement) ? focusItem(li) : roam(li);
    li.lastChild.remove();
  }
}

// unfoldAll unfolds from the top, level by level, as far as is sensible.
function unfoldAll() {
  let rows = kidsOf(-1).length;
  let queue = kidsOf(-1);
  for (let level = 1; queue.length > 0; level++) {
    if (level > deepest) return false;
    const next = [];
    for (const n of queue) {
      const below = n.away ? [] : kidsOf(n.i);
      if (below.length === 0) continue;
      if (rows + below.length > limit) return false;
      rows += below.length;
      tree.open.set(n.i, true);
      for (const k of below) next.push(k);
    }
    queue = next;
  }
  return true;
}
