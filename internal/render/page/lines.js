// How one change is drawn.
const parted = (p, ...children) => el('li', {}, ...children, p.x && el('span', {class: 'dim'}, ' (' + p.x + ')'));

function part(p) {
  const attr = el('span', {class: 'attr'}, p.a + '  ');
  switch (p.k) {
    case 'gain':
      return parted(p, shown('+ '), p.t && said('gains '), el('span', {class: 'attr'}, p.a + ' '), p.t && el('ins', {}, el('bdi', {}, marked(p.t))));
    case 'loss':
      return parted(p, shown('− '), p.o && said('loses '), el('span', {class: 'attr'}, p.a + ' '), p.o && el('del', {}, el('bdi', {}, marked(p.o))));
    case 'text':
      return parted(p, attr, p.s.map(span));
    case 'lines':
      return parted(p, attr, el('span', {class: 'lines'}, p.s.map(([sign, text]) => el('span', {class: sign === '…' && 'dim'}, sign === '…' ? '… ' + text : [sign || ' ', ' ', span([sign, text])]))));
  }
  if (!p.o) return parted(p, attr, el('ins', {}, el('bdi', {}, marked(p.t || ''))));
  return parted(p, attr, said('from '), el('del', {}, el('bdi', {}, marked(p.o))), arrow(), el('ins', {}, el('bdi', {}, marked(p.t || ''))));
}

function span([sign, text]) {
  if (sign === '-') return [said(' removed: '), el('del', {}, text), said(' ')];
  if (sign === '+') return [said(' added: '), el('ins', {}, text), said(' ')];
  return text;
}

const parts = (list) => list && list.length > 0 && el('ul', {class: 'parts'}, list.map(part));

// step is one change of one object.
function step(s) {
  const line = el('div', {class: 'line'}, badge(s.do), s.n && name(s.n), s.a && el('span', {class: 'address'}, marked(s.a)), s.f && el('span', {class: 'at'}, marked(s.f)));
  const way = s.w && el('div', {class: 'way'}, said('from '), el('del', {}, marked(s.w[0])), arrow(), el('ins', {}, marked(s.w[1])), s.w[2] && ' (' + s.w[2] + ')');
  // Whoever goes leaves these.
  const left = s.do === 'delete' && (s.u || []).filter((i) => plan.units[i].a !== s.a).map((i) => (plan.units[i].b || plan.units[i].t).n);
  return el('li', {}, line, way, left && left.length > 0 && el('div', {}, 'was in ', left.map((n, i) => [i > 0 && ', ', el('bdi', {}, marked(n))])), s.x && el('div', {class: 'dim'}, marked(s.x)), parts(s.p));
}

// alike is several steps in one line; what they are is drawn when it is opened.
function alike(b) {
  const line = el('span', {class: 'line'}, badge(b.do), el('span', {class: 'name'}, b.h), b.x && el('span', {class: 'dim'}, b.x));
  if (!b.i) return el('li', {}, line, parts(b.p));
  const box = el('details', {class: 'alike'}, el('summary', {}, line));
  box.addEventListener('toggle', () => {
    if (box.open && !box.drawn) {
      box.drawn = true;
      windowed(box, b.i.map((i) => plan.steps[i]), step);
    }
  });
  return el('li', {}, box, parts(b.p));
}

// windowed draws a list piece by piece, more of it whenever that is asked for.
const piece = 100;
function windowed(box, list, draw) {
  const ul = el('ul', {class: 'steps', role: 'list'});
  const button = el('button', {type: 'button', class: 'more'});
  let at = 0;
  const more = () => {
    const from = at;
    at = Math.min(list.length, at + piece);
    add(ul, list.slice(from, at).map(draw));
    button.hidden = at >= list.length;
    button.textContent = 'Show ' + number(Math.min(piece, list.length - at)) + ' more of ' + number(list.length - at);
    return ul.children[from];
  };
  button.addEventListener('click', () => {
    const first = more();
    first.tabIndex = -1;
    first.focus();
  });
  box.append(ul, button);
  more();
}
