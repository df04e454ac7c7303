// What the page knows, and how elements are made of it. Texts become text nodes
// alone, so no name can become markup.
const plan = JSON.parse(document.getElementById('data').textContent);
const find = (id) => document.getElementById(id);

const actions = {
  delete: ['-', 'deleted'], release: ['~', 'taken out of everything'], create: ['+', 'new'], adopt: ['&', 'adopted'],
  move: ['>', 'moved'], update: ['~', 'changed'], replace: ['-/+', 'replaced'], readdress: ['=', 'other address'],
  forget: ['.', 'forgotten'], away: ['>', 'moved away'], drift: ['*', 'changed outside'], gone: ['-', 'is gone'],
};

const number = (n) => n.toLocaleString('en');
const plural = (n, one, many) => number(n) + ' ' + (n === 1 ? one : many);
const people = (n) => plural(n, 'person', 'people');
const units = (n) => plural(n, plan.unit[0], plan.unit[1]);

// el makes an element with attributes and children, texts or nodes; what is
// null, false or '' is left out.
function el(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) e.setAttribute(name, value === true ? '' : value);
  }
  add(e, ...children);
  return e;
}

function add(e, ...children) {
  for (const c of children.flat(Infinity)) {
    if (c !== null && c !== undefined && c !== false && c !== '') e.append(c);
  }
}

// said is text for those who listen, shown for those who look.
const said = (text) => el('span', {class: 'said'}, text);
const shown = (text) => el('span', {'aria-hidden': 'true'}, text);
const arrow = () => [shown(' → '), said(' to ')];

function badge(action) {
  const [sign, word] = actions[action];
  return el('span', {class: 'badge do-' + action}, shown(sign + ' '), word);
}

// name is a text that may run in either direction, with what was searched marked.
const name = (text) => el('bdi', {class: 'name'}, marked(text));
