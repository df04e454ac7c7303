// The lists of changes. Without a filter what is alike is folded, with one each
// step stands for itself.
function drawSection(box, section) {
  const all = section.b.reduce((n, b) => n + (b.c || b.i.length), 0);
  if (!filtering()) {
    add(box, !section.r && el('h3', {}, section.n + ' ', el('span', {class: 'dim'}, number(all))));
    windowed(box, section.b, (b) => b.h ? alike(b) : step(plan.steps[b.i[0]]));
    return [all, all];
  }
  const list = [];
  let fit = 0;
  for (const b of section.b) {
    if (!b.i) {
      if (filter.words.length === 0 && filter.unit < 0 && filter.actions.has(b.do)) { list.push(b); fit += b.c; }
      continue;
    }
    for (const i of b.i) if (stepFits(plan.steps[i])) { list.push(plan.steps[i]); fit++; }
  }
  if (fit > 0) {
    add(box, !section.r && el('h3', {}, section.n + ' ', el('span', {class: 'dim'}, number(fit) + ' of ' + number(all))));
    windowed(box, list, (x) => x.h ? alike(x) : step(x));
  }
  return [fit, all];
}

// drawChanges draws all lists, and gives how many of how many changes are shown.
function drawChanges() {
  let fit = 0;
  let all = 0;
  const removals = find('removals').querySelector('.list');
  const changes = find('changes').querySelector('.list');
  removals.replaceChildren();
  changes.replaceChildren();
  for (const section of plan.sections) {
    const [some, whole] = drawSection(section.r ? removals : changes, section);
    if (section.r) {
      find('removals-title').textContent = 'Removals: ' + (some === whole ? number(whole) : number(some) + ' of ' + number(whole));
      find('removals').hidden = false;
    }
    fit += some;
    all += whole;
  }
  find('changes-empty').hidden = changes.children.length > 0;
  find('changes-empty').textContent = filtering() ? 'Nothing fits the search.' : 'Nothing changes.';
  drawDrift();
  return [fit, all];
}

function drawDrift() {
  const box = find('drift').querySelector('.list');
  const list = plan.drift.filter((s) => hasWords(haystack(s, stepText)));
  box.replaceChildren();
  find('drift').hidden = plan.drift.length === 0;
  if (list.length > 0) windowed(box, list, step);
  else add(box, el('p', {class: 'dim'}, 'Nothing fits the search.'));
}
