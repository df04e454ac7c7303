// What happens when somebody types, clicks or presses a key.
function say(text) { find('found').textContent = text; }

function refresh() {
  choose();
  drawTree();
  const [fit, all] = drawChanges();
  const found = tree.hits ? ', ' + number(tree.hits.size) + ' of ' + units(plan.units.length) : '';
  say(filtering() || filter.only ? number(fit) + ' of ' + plural(all, 'change', 'changes') + found : '');
  sayChosen();
}

function sayChosen() {
  const box = find('chosen');
  box.hidden = filter.unit < 0;
  box.replaceChildren();
  if (filter.unit < 0) return;
  const button = el('button', {type: 'button'}, 'Show everything again');
  button.addEventListener('click', () => { select(-1); find('query').focus(); });
  add(box, 'Only what changes in ', el('strong', {}, el('bdi', {}, placeIn(plan.units[filter.unit]).n)), ' ', button);
}

// select shows only what changes in one unit, or everything again.
function select(i) {
  filter.unit = filter.unit === i ? -1 : i;
  for (const li of find('tree').querySelectorAll('[aria-selected]')) {
    li.setAttribute('aria-selected', String(Boolean(li.node) && !li.node.away && li.node.i === filter.unit));
  }
  const [fit, all] = drawChanges();
  say(filtering() ? number(fit) + ' of ' + plural(all, 'change', 'changes') : '');
  sayChosen();
}

// visit leads from the note of a unit that moved to the unit itself, and unfolds
// what is above it.
function visit(i) {
  const path = [];
  for (let at = i; at >= 0; at = tree.up[at]) path.unshift(at);
  let box = find('tree');
  for (const at of path) {
    while (!find('unit' + at) && box.lastElementChild && box.lastElementChild.more) box.lastElementChild.more();
    const li = find('unit' + at);
    if (!li) return;
    if (at === i) {
      focusItem(li);
    } else {
      setOpen(li, true);
      box = li.lastElementChild;
    }
  }
}

function activate(li) {
  if (li.more) li.more();
  else if (li.node.away) visit(li.node.i);
  else select(li.node.i);
}

const rows = () => [...find('tree').querySelectorAll('[role=treeitem]')];

function treeKey(e) {
  const li = e.target.closest('[role=treeitem]');
  if (!li || e.altKey || e.ctrlKey || e.metaKey) return;
  const list = rows();
  const at = list.indexOf(li);
  const over = li.parentElement.closest('[role=treeitem]');
  const go = (to) => { if (to) focusItem(to); };
  switch (e.key) {
    case 'ArrowDown': go(list[at + 1]); break;
    case 'ArrowUp': go(list[at - 1]); break;
    case 'Home': go(list[0]); break;
    case 'End': go(list[list.length - 1]); break;
    case 'ArrowRight': isOpen(li) ? go(list[at + 1]) : setOpen(li, true); break;
    case 'ArrowLeft': isOpen(li) ? setOpen(li, false) : go(over); break;
    case 'Enter': case ' ': activate(li); break;
    case '*': for (const other of [...li.parentElement.children]) setOpen(other, true); break;
    default:
      if (!typed(e.key, list, at)) return;
  }
  e.preventDefault();
}

// typed goes to the next unit whose name begins with a letter.
function typed(letter, list, at) {
  if ([...letter].length !== 1 || letter === ' ') return false;
  const begins = (li) => li.node && plainText(placeIn(plan.units[li.node.i]).n).startsWith(plainText(letter));
  const next = [...list.slice(at + 1), ...list.slice(0, at)].find(begins);
  if (next) focusItem(next);
  return true;
}

function treeClick(e) {
  const li = e.target.closest('[role=treeitem]');
  if (!li) return;
  if (e.target.closest('.twist') && expandable(li)) setOpen(li, !isOpen(li));
  else activate(li);
  if (li.isConnected && !li.node.away) focusItem(li);
}

function start() {
  const present = new Set(plan.units.map((u) => u.do));
  plan.steps.forEach((s) => present.add(s.do));
  plan.sections.forEach((s) => s.b.forEach((b) => present.add(b.do)));
  for (const [action, [sign, word]] of Object.entries(actions)) {
    if (!present.has(action)) continue;
    const button = el('button', {type: 'button', 'aria-pressed': 'false', 'data-do': action}, shown(sign + ' '), word);
    button.addEventListener('click', () => {
      const on = !filter.actions.delete(action);
      if (on) filter.actions.add(action);
      button.setAttribute('aria-pressed', String(on));
      refresh();
    });
    find('actions').append(button);
  }
  let waiting = 0;
  find('query').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filter.words = wordsOf(find('query').value); refresh(); }, 80);
  });
  find('search').addEventListener('submit', (e) => e.preventDefault());
  find('views').addEventListener('change', (e) => { tree.view = e.target.value; plant(); refresh(); });
  find('only').addEventListener('change', (e) => { filter.only = e.target.checked; refresh(); });
  find('unfold').addEventListener('click', () => {
    const whole = unfoldAll();
    drawTree();
    say(whole ? 'Everything is unfolded.' : 'There is more than fits at once; the upper levels are unfolded.');
  });
  find('fold').addEventListener('click', () => { tree.open.clear(); drawTree(); say('Everything is folded.'); });
  find('tree').addEventListener('keydown', treeKey);
  find('tree').addEventListener('click', treeClick);
  find('tree').addEventListener('focusin', (e) => { const li = e.target.closest('[role=treeitem]'); if (li && li !== tree.current) roam(li); });

  const trees = plan.units.length > 0;
  const steps = plan.sections.some((s) => !s.r);
  find('tree-title').textContent = plan.unit[1][0].toUpperCase() + plan.unit[1].slice(1);
  find('tree-part').hidden = !trees;
  find('changes').hidden = !steps;
  find('columns').classList.toggle('single', !trees || !steps);
  find('columns').hidden = !trees && !steps;
  find('search').hidden = !trees && plan.sections.length === 0 && plan.drift.length === 0;
  find('at-least').hidden = !plan.atLeast;
  find('at-least').textContent = 'Of some people it is not known which ' + plan.unit[1] + ' they are in. They are not counted.';
  find('text').open = false; // what stands there is for those without scripts
  plant();
  refresh();
}
start();
