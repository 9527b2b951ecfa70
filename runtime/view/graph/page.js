'use strict';
// The page of `grovec graph -o html`. The data holds templates and ranges (html.cpp); names, YAML and environment are
// filled in for the object that is looked at, and only rows that are visible are in the document.
(() => {
  const DATA = JSON.parse(document.getElementById('data').textContent);
  const byId = (id) => document.getElementById(id);

  /** Element with properties and children; strings become text, never markup. */
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (value === undefined || value === null || value === false) continue;
      if (key === 'class') node.className = value;
      else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.filter((c) => c !== null && c !== undefined));
    return node;
  }
  const plural = (n, one) => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;

  // --- sets --------------------------------------------------------------------------------------------------------

  const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
  const HOLE = {set: 0, member: 1, gang: 2, pod: 3, suffix: 4};
  function podSuffix(attempt, k) {
    let text = '';
    for (let n = 0; n < 4; ++n, k = Math.floor(k / 27)) text = ALPHABET[k % 27] + text;
    return ALPHABET[attempt] + text;
  }

  /** One set: names, counts, texts of its objects. Indices: i set replica, j group replica, c clique, k pod (its place
   *  among those of the PodClique, which is its index unless the set lists the pods that live). */
  class SetModel {
    constructor(data, number) {
      Object.assign(this, data);
      this.number = number;
      this.groupCounts = new Map(data.counts.groups.map(([i, g, n]) => [`${i}.${g}`, n]));
      this.cliqueCounts = new Map(data.counts.cliques.map(([i, j, c, n]) => [`${i}.${j}.${c}`, n]));
      this.livePods = new Map(data.counts.cliques.filter(([, , , , pods]) => pods).map(([i, j, c, , pods]) => [`${i}.${j}.${c}`, pods]));
      this.alive = new Map();
      for (const [clique, pods] of Object.entries(data.life?.pods ?? {}))
        for (const [index, name, state, reasons] of pods) this.alive.set(`${clique} ${index}`, {name, state, reasons});
    }
    /** What lives of a pod, in a page of a live set. */
    lifeOf(i, j, c, k) {
      return this.life && (this.alive.get(`${this.cliqueName(i, j, c)} ${this.pod(i, j, c, k).k}`) ?? {name: null, state: 'missing', reasons: ['does not exist']});
    }
    groupReplicas(i, g) { return this.groupCounts.get(`${i}.${g}`) ?? this.groups[g].replicas; }
    /** A PodClique's own `replicas`, which its pods may not have reached. */
    replicasOf(i, j, c) { return this.cliqueCounts.get(`${i}.${j}.${c}`) ?? this.cliques[c].pods; }
    pods(i, j, c) { return this.livePods.get(`${i}.${j}.${c}`)?.length ?? this.replicasOf(i, j, c); }
    /** Index and suffix of a pod by its place. */
    pod(i, j, c, k) {
      const live = this.livePods.get(`${i}.${j}.${c}`);
      return live ? {k: live[k][0], x: live[k][1]} : {k, x: podSuffix(0, k)};
    }
    /** Indices below `replicas` that no pod of a list has; what is made for an index is there all the same. */
    indicesWithoutPod(i, j, c) {
      const live = this.livePods.get(`${i}.${j}.${c}`);
      if (!live) return [];
      const taken = new Set(live.map(([k]) => k));
      return Array.from({length: this.replicasOf(i, j, c)}, (_, k) => k).filter((k) => !taken.has(k));
    }
    replicaName(i) { return this.fill(this.names.replica, {i}); }
    groupName(i, g) { return this.fill(this.names.groups[g], {i}); }
    memberName(i, g, j) { return this.fill(this.names.members[g], {i, j}); }
    cliqueName(i, j, c) { return this.fill(this.names.cliques[c], {i, j}); }
    podName(i, j, c, k) { return this.lifeOf(i, j, c, k)?.name ?? this.fill(this.names.pods[c], {i, j, ...this.pod(i, j, c, k)}); }
    hostName(i, j, c, k) { return this.fill(this.names.hosts[c], {i, j, ...this.pod(i, j, c, k)}); }
    address(i, j, c, k) { return this.fill(this.names.addresses[c], {i, j, ...this.pod(i, j, c, k)}); }
    isScaled(g, j) { return g >= 0 && j >= this.groups[g].min; }
    gangName(i, g, j) {
      return this.isScaled(g, j) ? this.fill(this.names.gangs[g], {i, s: j - this.groups[g].min}) : this.replicaName(i);
    }
    /** Color of the gang: the base gang's, or one of the others in turn. */
    color(g, j) {
      if (!this.isScaled(g, j)) return 0;
      let before = 0;
      for (let h = 0; h < g; ++h) before += Math.max(0, this.groups[h].replicas - this.groups[h].min);
      return 1 + (before + j - this.groups[g].min) % 7;
    }
    runOf(i) { return this.runs.find(([first, count]) => i >= first && i < first + count); }

    count(kind, index, inst) {
      if (kind === 2) return index;
      if (kind === 1) return this.groupReplicas(inst.i, index);
      const j = this.memberOf(index, inst);
      return j < 0 ? 0 : this.replicasOf(inst.i, j, index);
    }
    /** The group replica of a clique that an instance is about, or -1 if there is none. */
    memberOf(c, inst) {
      const g = this.cliques[c].group;
      return g < 0 ? 0 : inst.j < this.groupReplicas(inst.i, g) ? inst.j : -1;
    }
    /** The pods that a repeat is about, in the order of their names. */
    podsByName(kind, index, inst) {
      const j = kind === 0 ? this.memberOf(index, inst) : -1;
      const n = kind !== 0 ? this.count(kind, index, inst) : j < 0 ? 0 : this.pods(inst.i, j, index);
      const all = Array.from({length: n}, (_, k) => (kind === 0 ? this.pod(inst.i, j, index, k) : {k, x: podSuffix(0, k)}));
      return all.sort((a, b) => (a.x < b.x ? -1 : 1));
    }
    /** Text with holes for one object. */
    fill(segments, inst) {
      let out = '';
      for (const s of segments) {
        if (typeof s === 'string') out += s;
        else if (s === HOLE.set) out += inst.i;
        else if (s === HOLE.member) out += inst.j;
        else if (s === HOLE.gang) out += inst.s;
        else if (s === HOLE.pod) out += inst.k;
        else if (s === HOLE.suffix) out += inst.x;
        else if (s[0] === 'c') out += this.count(s[1], s[2], inst);
        else out += this.repeat(s, inst);
      }
      return out;
    }
    repeat([, kind, index, variable, before, empty, between, after, body], inst) {
      const items = variable === HOLE.pod ? this.podsByName(kind, index, inst)
        : Array.from({length: this.count(kind, index, inst)}, (_, j) => ({j}));
      if (items.length === 0) return empty;
      return before + items.map((item) => this.fill(body, {...inst, ...item})).join(between) + after;
    }
  }
  const SETS = DATA.sets.map((s, n) => new SetModel(s, n));

  // --- nodes of the tree -------------------------------------------------------------------------------------------

  const BUCKET = 1000;  // more children than this are grouped into ranges
  const KINDS = {s: 'PodCliqueSet', r: 'set replica', g: 'PodCliqueScalingGroup', m: 'group replica', c: 'PodClique', p: 'Pod', b: 'range'};

  function keyOf(n) {
    const rest = {s: () => '', r: () => n.i, g: () => `${n.i}.${n.g}`, m: () => `${n.i}.${n.g}.${n.j}`,
      c: () => `${n.i}.${n.j}.${n.c}`, p: () => `${n.i}.${n.j}.${n.c}.${n.k}`,
      b: () => `${keyOf(n.parent)}/${n.from}`}[n.t]();
    return `${n.set.number}${n.t}${rest}`;
  }
  const membersRuns = (n) => (n.set.runOf(n.i)?.[4].find(([g]) => g === n.g) ?? [0, []])[1];

  /** Children as a sequence that is not made before it is needed: {count, at(position)}. */
  function sequence(n) {
    const {set} = n;
    const ofRuns = (runs, make) => ({
      count: runs.reduce((sum, [, count]) => sum + count, 0),
      at(position) {
        for (const [first, count] of runs) {
          if (position < count) return make(first + position);
          position -= count;
        }
        return null;
      },
    });
    const ofList = (list) => ({count: list.length, at: (p) => list[p]});
    switch (n.t) {
      case 's': return ofRuns(set.runs, (i) => ({t: 'r', set, i}));
      case 'r': {
        const [, , , alone, groups] = set.runOf(n.i);
        return ofList([...alone.map((c) => ({t: 'c', set, i: n.i, j: 0, c})), ...groups.map(([g]) => ({t: 'g', set, i: n.i, g}))]);
      }
      case 'g': return ofRuns(membersRuns(n), (j) => ({t: 'm', set, i: n.i, g: n.g, j}));
      case 'm': {
        const run = membersRuns(n).find(([first, count]) => n.j >= first && n.j < first + count);
        return ofList((run ? run[3] : []).map((c) => ({t: 'c', set, i: n.i, j: n.j, c})));
      }
      case 'c': return ofRuns([[0, set.pods(n.i, n.j, n.c)]], (k) => ({t: 'p', set, i: n.i, j: n.j, c: n.c, k}));
      case 'b': {
        const all = sequence(n.parent);
        return {count: n.to - n.from, at: (p) => all.at(n.from + p)};
      }
      default: return ofList([]);
    }
  }
  function bucketSize(count) {
    let size = 100;
    while (count / size > BUCKET) size *= 10;
    return size;
  }
  function children(n) {
    const all = sequence(n);
    if (n.t === 'b' || all.count <= BUCKET) return Array.from({length: all.count}, (_, p) => all.at(p));
    const size = bucketSize(all.count), out = [];
    for (let from = 0; from < all.count; from += size) {
      out.push({t: 'b', set: n.set, parent: n, from, to: Math.min(from + size, all.count)});
    }
    return out;
  }
  const hasChildren = (n) => n.t !== 'p' && sequence(n).count > 0;

  function podsOf(n) {
    const {set} = n;
    const sumOf = (i, runs) => runs.reduce((sum, [first, count, , cliques]) =>
      sum + count * cliques.reduce((s, c) => s + set.pods(i, first, c), 0), 0);
    const ofReplica = (i) => {
      const [, , , alone, groups] = set.runOf(i);
      return alone.reduce((s, c) => s + set.pods(i, 0, c), 0) + groups.reduce((s, [, runs]) => s + sumOf(i, runs), 0);
    };
    switch (n.t) {
      case 's': return set.totals.pods;
      case 'r': return ofReplica(n.i);
      case 'g': return sumOf(n.i, membersRuns(n));
      case 'm': return children(n).reduce((s, child) => s + podsOf(child), 0);
      case 'c': return set.pods(n.i, n.j, n.c);
      case 'p': return 1;
      default: return null;
    }
  }
  // Whole devices, MIG slices, nodes with all they have, as `show` counts them; never added up with each other.
  const plusGpus = (a, b, times = 1) => a.map((n, at) => n + times * b[at]);
  function gpusOf(n) {
    const {set} = n, none = [0, 0, 0];
    const sumOf = (all) => all.reduce((sum, child) => plusGpus(sum, gpusOf(child)), none);
    switch (n.t) {
      case 's': return set.totals.gpus;
      case 'p': return set.cliques[n.c].gpus;
      case 'c': return plusGpus(set.cliques[n.c].shared, set.cliques[n.c].gpus, podsOf(n));
      case 'm': return plusGpus(sumOf(children(n)), set.groups[n.g].each);
      case 'g': {
        const runs = membersRuns(n), group = set.groups[n.g], count = runs.reduce((sum, run) => sum + run[1], 0);
        const own = plusGpus(count === set.groupReplicas(n.i, n.g) ? group.shared : none, group.each, count);
        return runs.reduce((sum, [first, times, , cliques]) => cliques.reduce((s, c) =>
          plusGpus(s, plusGpus(set.cliques[c].shared, set.cliques[c].gpus, set.pods(n.i, first, c)), times), sum), own);
      }
      case 'r': return plusGpus(sumOf(children(n)), set.runOf(n.i)[2] ? set.shared : none);
      default: return none;
    }
  }
  function gpuParts([gpus, slices, nodes]) {
    return [...(gpus ? [plural(gpus, 'GPU')] : []), ...(slices ? [plural(slices, 'MIG slice')] : []),
      ...(nodes ? [nodes === 1 ? 'all GPUs of a node' : `all GPUs of ${nodes.toLocaleString('en')} nodes`] : [])];
  }
  const hasAny = (gpus) => gpus.some((n) => n > 0);
  function nameOf(n) {
    const {set} = n;
    switch (n.t) {
      case 's': return set.name;
      case 'r': return set.replicaName(n.i);
      case 'g': return set.groupName(n.i, n.g);
      case 'm': return set.memberName(n.i, n.g, n.j);
      case 'c': return set.cliqueName(n.i, n.j, n.c);
      case 'p': return set.podName(n.i, n.j, n.c, n.k);
      default: return `${nameOf(sequence(n).at(0))} … ${nameOf(sequence(n).at(n.to - n.from - 1))}`;
    }
  }
  function labelOf(n) {
    const {set} = n;
    switch (n.t) {
      case 's': return set.name;
      case 'r': return `replica ${n.i}`;
      case 'g': return set.groups[n.g].name;
      case 'm': return `${set.groups[n.g].name} ${n.j}`;
      case 'c': return set.cliques[n.c].name;
      case 'p': return `pod ${set.pod(n.i, n.j, n.c, n.k).k}`;
      default: return `${n.from} – ${n.to - 1}`;
    }
  }
  const groupOf = (n) => (n.t === 'm' ? n.g : n.t === 'c' || n.t === 'p' ? n.set.cliques[n.c].group : -1);
  const colorOf = (n) => (n.t === 's' || n.t === 'g' || n.t === 'b' ? null : n.set.color(groupOf(n), n.j ?? 0));
  const gangOf = (n) => (n.t === 's' || n.t === 'g' || n.t === 'b' ? null : n.set.gangName(n.i, groupOf(n), n.j ?? 0));
  // What a plan says happens to each part, by kind and name.
  const PLAN_KINDS = {s: 'PodCliqueSet', r: 'PodCliqueSetReplica', g: 'PodCliqueScalingGroup', m: 'PodCliqueScalingGroupReplica', c: 'PodClique'};
  for (const set of SETS) {
    set.planned = DATA.plan?.sets.find((s) => s.name === set.name && s.namespace === set.namespace);
    set.actions = new Map(set.planned?.objects.map((o) => [`${o.kind} ${o.name}`, o]));
  }
  /** {action, reason}, or nothing: a pod shares what happens to its PodClique as a whole. */
  function planOf(n) {
    const found = n.set.actions.get(`${PLAN_KINDS[n.t === 'p' ? 'c' : n.t]} ${n.t === 'b' ? '' : nameOf(n.t === 'p' ? parentOf(n) : n)}`);
    return n.t === 'p' && found?.action === 'SCALE' ? undefined : found;
  }
  const planBadge = (n) => planOf(n) ? el('span', {class: `act act-${planOf(n).action}`, title: planOf(n).reason}, planOf(n).action) : null;
  function planTab(n) {
    const {planned} = n.set, name = nameOf(n), mine = planOf(n), box = el('div');
    const pods = planned.restarts.podcliques.find((c) => c.name === name);
    box.append(facts([['action', mine ? planBadge(n) : 'nothing happens to it'], ['because of', mine?.reason], ['pods that restart', pods ? String(pods.pods) : null]]));
    const steps = n.t === 's' ? planned.steps : planned.steps.filter((s) => s.name === name || s.name.startsWith(`${name}-`));
    if (steps.length) {
      box.append(el('h3', {}, 'Steps'), el('table', {}, ...steps.slice(0, 100).map((s) => el('tr', {}, el('td', {class: 'num'}, String(s.step)),
        el('td', {}, el('span', {class: `act act-${s.action}`}, s.action)), el('td', {class: 'mono'}, s.name), el('td', {}, plural(s.pods, 'pod'))))),
      steps.length > 100 ? `and ${steps.length - 100} more` : '');
    }
    if (n.t === 's') for (const note of planned.notes) box.append(el('p', {}, note));
    return box;
  }
  function packOf(n) {
    const {set} = n;
    if (n.t === 'r') return set.pack;
    if (n.t === 'm') return set.isScaled(n.g, n.j) ? set.groups[n.g].scaled_pack : set.groups[n.g].pack;
    return n.t === 'c' ? set.cliques[n.c].pack : '';
  }
  function parentOf(n) {
    const {set} = n;
    switch (n.t) {
      case 'r': return {t: 's', set};
      case 'g': return {t: 'r', set, i: n.i};
      case 'm': return {t: 'g', set, i: n.i, g: n.g};
      case 'c': {
        const {group} = set.cliques[n.c];
        return group < 0 ? {t: 'r', set, i: n.i} : {t: 'm', set, i: n.i, g: group, j: n.j};
      }
      case 'p': return {t: 'c', set, i: n.i, j: n.j, c: n.c};
      case 'b': return n.parent;
      default: return null;
    }
  }
  /** Ancestors from the set down, ranges included. */
  function pathTo(n) {
    const out = [];
    for (let child = n, up = parentOf(n); up; child = up, up = parentOf(up)) {
      const {count} = sequence(up);
      if (count > BUCKET && child.t !== 'b') {
        const all = sequence(up), size = bucketSize(count);
        let position = 0;
        while (position < count && keyOf(all.at(position)) !== keyOf(child)) ++position;
        const from = Math.floor(position / size) * size;
        out.unshift({t: 'b', set: n.set, parent: up, from, to: Math.min(from + size, count)});
      }
      out.unshift(up);
    }
    return out;
  }

  // --- tree: rows --------------------------------------------------------------------------------------------------

  const ROW = 30;
  const MOST_ROWS = 300000;  // "expand all" stops here
  const tree = byId('tree'), rowsBox = byId('rows');
  const expanded = new Set();
  let rows = [];  // {node, level, position, size}
  let current = 0;
  let selectedKey = null;
  const hasGpus = SETS.some((set) => hasAny(set.totals.gpus));

  function appendRows(list, node, level, position, size) {
    list.push({node, level, position, size});
    if (!expanded.has(keyOf(node))) return;
    const below = children(node);
    below.forEach((child, p) => appendRows(list, child, level + 1, p + 1, below.length));
  }
  function rebuild() {
    rows = [];
    SETS.forEach((set, p) => appendRows(rows, {t: 's', set}, 1, p + 1, SETS.length));
    current = Math.min(current, rows.length - 1);
    drawRows(true);
  }
  function setExpanded(index, open) {
    const row = rows[index], key = keyOf(row.node);
    if (!hasChildren(row.node) || expanded.has(key) === open) return;
    let end = index + 1;
    while (end < rows.length && rows[end].level > row.level) ++end;
    if (open) expanded.add(key); else expanded.delete(key);
    const list = [];
    appendRows(list, row.node, row.level, row.position, row.size);
    rows = rows.slice(0, index).concat(list, rows.slice(end));
    if (current > index) current = Math.max(index, current + list.length - (end - index));
    drawRows(true);
  }

  const pool = new Map();  // row index -> element
  function drawRows(all) {
    rowsBox.style.height = `${rows.length * ROW}px`;
    if (tree.clientHeight === 0) return;
    const first = Math.max(0, Math.floor(tree.scrollTop / ROW) - 6);
    const last = Math.min(rows.length, Math.ceil((tree.scrollTop + tree.clientHeight) / ROW) + 6);
    for (const [index, node] of pool) {
      if (!all && index >= first && index < last) continue;
      node.remove();
      pool.delete(index);
    }
    for (let index = first; index < last; ++index) {
      if (pool.has(index)) continue;
      const node = drawRow(rows[index], index);
      pool.set(index, node);
      rowsBox.append(node);
    }
    tree.setAttribute('aria-activedescendant', `row-${current}`);
  }
  const wordsOf = (life) => [life.state, ...life.reasons].join(': ');
  function square(life, isLeast) {
    if (!life) return el('i', {class: isLeast ? '' : 'extra'});
    return el('i', {class: `life ${life.state}`, title: `${life.name ?? 'pod'} ${wordsOf(life)}`});
  }
  function squares(n) {
    const box = el('span', {class: 'pods', 'aria-hidden': 'true'});
    for (const {c} of n.t === 'c' ? [n] : children(n)) {
      const pods = n.set.pods(n.i, n.j, c), least = n.set.cliques[c].min;
      for (let k = 0; k < pods && box.childNodes.length < 16; ++k) box.append(square(n.set.lifeOf(n.i, n.j, c, k), k < least));
    }
    const more = podsOf(n) - box.childNodes.length;
    if (more > 0) box.append(el('small', {}, `+${more}`));
    return box;
  }
  function lifeBadge(n) {
    const life = n.set.lifeOf(n.i, n.j, n.c, n.k);
    return el('span', {class: 'pods life-badge', title: wordsOf(life)}, square(life, true), el('span', {}, wordsOf(life)));
  }
  function drawRow({node, level, position, size}, index) {
    const color = colorOf(node), pods = podsOf(node), gpus = gpusOf(node), pack = packOf(node);
    const row = el('div', {
      id: `row-${index}`, role: 'treeitem', class: `row${color === null ? '' : ` c${color}`}`, 'aria-level': level,
      'aria-posinset': position, 'aria-setsize': size, 'aria-selected': String(keyOf(node) === selectedKey),
      'aria-expanded': hasChildren(node) ? String(expanded.has(keyOf(node))) : null, 'data-node': keyOf(node),
      'aria-label': `${KINDS[node.t]} ${nameOf(node)}${pods === null || node.t === 'p' ? '' : `, ${plural(pods, 'pod')}`}`,
    },
    el('span', {class: 'twisty', onclick: (e) => { e.stopPropagation(); current = index; setExpanded(index, !expanded.has(keyOf(node))); }}),
    el('span', {class: 'gangbar'}),
    el('span', {class: 'label'}, labelOf(node)),
    node.t === 'c' || node.t === 'm' ? squares(node) : null,
    node.t === 'p' && node.set.life ? lifeBadge(node) : null,
    node.t === 's' ? null : el('span', {class: 'full'}, nameOf(node)),
    el('span', {class: 'badges'}, planBadge(node),
      pack ? el('span', {class: 'pill-label', title: 'packed in this topology domain'}, pack) : null,
      pods === null || node.t === 'p' ? null : el('span', {class: 'pod-count'}, plural(pods, 'pod')),
      hasGpus ? el('span', {class: 'gpu-count'}, gpuParts(gpus).join(', ')) : null));
    row.style.top = `${index * ROW}px`;
    row.style.paddingLeft = `${(level - 1) * 18}px`;
    row.addEventListener('click', () => { current = index; select(node); });
    row.addEventListener('dblclick', () => setExpanded(index, !expanded.has(keyOf(node))));
    return row;
  }
  function scrollToRow(index) {
    const top = index * ROW, bottom = top + ROW;
    if (top < tree.scrollTop) tree.scrollTop = top;
    else if (bottom > tree.scrollTop + tree.clientHeight) tree.scrollTop = bottom - tree.clientHeight;
  }
  function moveTo(index) {
    current = Math.max(0, Math.min(rows.length - 1, index));
    scrollToRow(current);
    select(rows[current].node);
  }
  function onTreeKey(e) {
    const row = rows[current], open = expanded.has(keyOf(row.node)), page = Math.max(1, Math.floor(tree.clientHeight / ROW) - 1);
    const up = () => { for (let n = current - 1; n >= 0; --n) if (rows[n].level < row.level) return n; return current; };
    const moves = {
      ArrowDown: () => moveTo(current + 1), ArrowUp: () => moveTo(current - 1), Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1), PageDown: () => moveTo(current + page), PageUp: () => moveTo(current - page),
      ArrowRight: () => (hasChildren(row.node) && !open ? setExpanded(current, true) : open && moveTo(current + 1)),
      ArrowLeft: () => (open ? setExpanded(current, false) : moveTo(up())),
      Enter: () => { select(row.node); byId('details').focus(); },
      ' ': () => setExpanded(current, !open),
    };
    if (!moves[e.key] || e.ctrlKey || e.altKey || e.metaKey) return;
    e.preventDefault();
    moves[e.key]();
  }
  function expandAll() {
    let total = 0;
    const visit = (n) => {
      if (total > MOST_ROWS || !hasChildren(n)) return;
      expanded.add(keyOf(n));
      for (const child of children(n)) { ++total; visit(child); }
    };
    SETS.forEach((set) => visit({t: 's', set}));
    rebuild();
  }
  function collapseAll() {
    expanded.clear();
    SETS.forEach((set) => expanded.add(keyOf({t: 's', set})));
    current = 0;
    rebuild();
  }
  /** At first: sets, and as many replicas and groups as fit on a screen or two. */
  function expandSome() {
    let total = 0;
    const queue = SETS.map((set) => ({t: 's', set}));
    while (queue.length && total < 60) {
      const n = queue.shift();
      if (n.t === 'c' || n.t === 'p') continue;
      const below = children(n);
      if (n.t !== 's' && total + below.length > 80) continue;
      total += below.length;
      expanded.add(keyOf(n));
      queue.push(...below);
    }
    rebuild();
  }
  function reveal(node) {
    for (const up of pathTo(node)) expanded.add(keyOf(up));
    rebuild();
    const key = keyOf(node), index = rows.findIndex((r) => keyOf(r.node) === key);
    if (index < 0) return;
    current = index;
    if (tree.clientHeight) tree.scrollTop = Math.max(0, index * ROW - tree.clientHeight / 2);
    drawRows(true);
  }

  // --- selection and details ---------------------------------------------------------------------------------------

  let selectedNode = null, detailsTab = 'summary';
  function select(node) {
    selectedNode = node;
    selectedKey = keyOf(node);
    if (node.t !== 'b') history.replaceState(null, '', `#${selectedKey}`);
    drawRows(true);
    markPicture(node);
    drawDetails(node);
  }
  function go(node) {
    reveal(node);
    select(node);
  }
  const linkTo = (node, text) => el('button', {type: 'button', class: 'link', onclick: () => go(node)}, text ?? nameOf(node));

  /** Objects that belong to a node: {kind, name, description, inst}. */
  function objectsOf(n) {
    if (n.t === 'b') return [];
    const {set} = n, out = [], g = groupOf(n), scaled = set.isScaled(g, n.j ?? 0);
    const owner = {s: -1, r: -1, g: n.g, m: n.g, c: n.c, p: n.c}[n.t];
    const pod = n.t === 'p' ? set.pod(n.i, n.j, n.c, n.k) : {k: 0, x: podSuffix(0, 0)};
    for (const [level, home, loop, base, scaledId, ofReplicas] of set.layers) {
      if (home !== owner || (loop === 2 && !scaled)) continue;
      const description = set.descriptions[scaled && loop !== 0 ? scaledId : base];
      const pods = level === n.t ? [pod]
        : level === 'p' && n.t === 'c' && ofReplicas ? set.indicesWithoutPod(n.i, n.j, n.c).map((k) => ({k, x: ''})) : [];
      for (const which of pods) {
        const inst = {i: n.i ?? 0, j: n.j ?? 0, s: scaled ? n.j - set.groups[g].min : 0, ...which};
        out.push({kind: description.kind, name: set.fill(description.name, inst), description, inst});
      }
    }
    return out;
  }

  // `$(NAME)` and `$$`, as kubelet reads them.
  const expandReferences = (text, known) => text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name) =>
    all === '$$' ? '$' : known.has(name) ? known.get(name) : all);
  function environmentOf(set, pod) {
    const {description: d, inst} = pod;
    const ofField = (path) => {
      const map = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
      if (map) return map[2] in d[map[1]] ? set.fill(d[map[1]][map[2]], inst) : '';
      if (path === 'metadata.name') return pod.name;
      if (path === 'metadata.namespace') return set.namespace;
      if (path === 'spec.serviceAccountName') return d.account || 'default';
      return null;
    };
    return d.containers.map((c) => {
      const known = new Map();
      const env = c.env.map((v) => {
        let value = null, from = null;
        if (v.value !== undefined) value = expandReferences(set.fill(v.value, inst), known);
        else if (v.field !== undefined) { value = ofField(v.field); from = value === null ? `field ${v.field}` : null; }
        else from = `${v.from.replace(/Ref$/, '')} ${v.key}`;
        known.set(v.name, value ?? `<${from}>`);
        return {name: v.name, value, from};
      });
      return {name: c.name, init: c.init, env};
    });
  }

  function facts(entries) {
    const list = el('dl');
    for (const [name, value] of entries) {
      if (value !== null && value !== undefined && value !== '') list.append(el('dt', {}, name), el('dd', {}, value));
    }
    return list;
  }
  function resourceTable(resources) {
    const head = el('tr', {}, el('th', {}, 'resource'), el('th', {class: 'num'}, 'requests'), el('th', {class: 'num'}, 'limits'));
    return el('table', {}, head, ...resources.map(([name, request, limit]) =>
      el('tr', {}, el('td', {}, name), el('td', {class: 'num'}, request), el('td', {class: 'num'}, limit))));
  }
  function startsAfter(n) {
    const clique = n.set.cliques[n.c], out = el('div', {class: 'links'});
    for (const [c, reach, ready] of n.set.isScaled(clique.group, n.j) ? clique.scaled : clique.base) {
      const g = n.set.cliques[c].group, first = reach === 2 ? n.j : 0, last = reach === 1 ? n.set.groups[g].min : first + 1;
      for (let j = first; j < Math.min(last, first + 20); ++j) {
        out.append(linkTo({t: 'c', set: n.set, i: n.i, j, c}, `${n.set.cliqueName(n.i, j, c)} (${ready} ready)`));
      }
      if (last - first > 20) out.append(`and ${last - first - 20} more`);
    }
    return out.childNodes.length ? out : 'nothing: starts at once';
  }
  function gangFact(n) {
    const gang = gangOf(n);
    if (gang === null) return null;
    const g = groupOf(n), scaled = n.set.isScaled(g, n.j ?? 0);
    const target = scaled ? {t: 'm', set: n.set, i: n.i, g, j: n.j} : {t: 'r', set: n.set, i: n.i};
    return el('span', {class: `c${colorOf(n)}`}, el('span', {class: 'swatch'}), linkTo(target, gang), scaled ? ' (scaled)' : ' (base)');
  }
  function peersOf(n) {
    const {set} = n, g = set.cliques[n.c].group, out = [];
    for (const c of g < 0 ? [n.c] : set.groups[g].cliques) {
      for (let k = 0; k < set.pods(n.i, n.j, c); ++k) out.push({t: 'p', set, i: n.i, j: n.j, c, k});
    }
    return out;
  }
  function summary(n) {
    const {set} = n, box = el('div');
    const clique = n.c === undefined ? null : set.cliques[n.c];
    const entries = [['namespace', n.t === 's' ? set.namespace : null], ['gang', gangFact(n)], ['topology', packOf(n)],
      ['pods', n.t === 'p' || n.t === 'b' ? null : podsOf(n).toLocaleString('en')], ['GPUs', hasAny(gpusOf(n)) ? gpuParts(gpusOf(n)).join(', ') : null]];
    if (n.t === 's') {
      entries.push(['replicas', String(set.replicas)], ['objects', set.totals.objects ? set.totals.objects.toLocaleString('en') : null],
        ['gangs', `${set.totals.base_gangs} base, ${set.totals.scaled_gangs} scaled`], ['scheduler', set.scheduler], ['priority class', set.priority]);
    } else if (n.t === 'g') {
      entries.push(['replicas', `${set.groupReplicas(n.i, n.g)}, at least ${set.groups[n.g].min}`]);
    } else if (n.t === 'c') {
      entries.push(['at least', String(clique.min)], ['role', clique.role], ['template hash', clique.hash], ['starts after', startsAfter(n)]);
    } else if (n.t === 'p') {
      const life = set.lifeOf(n.i, n.j, n.c, n.k);
      if (life) entries.push(['state', life.state], ['why', life.reasons.join('; ') || null]);
      const peers = peersOf(n), rank = peers.findIndex((p) => p.c === n.c && p.k === n.k);
      entries.push(['clique', linkTo(parentOf(n))], ['address', el('span', {class: 'mono'}, set.address(n.i, n.j, n.c, n.k))],
        ['rank', `${rank} of ${peers.length}`]);
    }
    if (n.t === 's' && set.life) entries.push(['state', set.life.state], ['as of', set.life.at]);
    box.append(facts(entries));
    if (n.t === 's' && set.life?.reasons.length) box.append(el('h3', {}, 'Why'), el('ul', {class: 'why'}, ...set.life.reasons.map((r) => el('li', {}, r))));
    if (n.t === 's') box.append(el('h3', {}, 'Resources'), resourceTable(set.totals.resources));
    if (clique && clique.resources.length) box.append(el('h3', {}, 'Resources of a pod'), resourceTable(clique.resources));
    if (n.t === 'p') {
      const peers = peersOf(n).filter((p) => keyOf(p) !== keyOf(n));
      if (peers.length) box.append(el('h3', {}, 'Peers'), el('div', {class: 'links'}, ...peers.slice(0, 40).map((p) => linkTo(p, set.address(p.i, p.j, p.c, p.k))),
        peers.length > 40 ? `and ${peers.length - 40} more` : ''));
    }
    const below = n.t === 'p' ? [] : children(n);
    if (below.length) {
      box.append(el('h3', {}, 'Contains'), el('div', {class: 'links'}, ...below.slice(0, 30).map((child) => linkTo(child)),
        below.length > 30 ? `and ${below.length - 30} more` : ''));
    }
    return box;
  }
  function yamlBlock(text) {
    const pre = el('pre', {tabindex: '0', 'aria-label': 'YAML'});
    for (const line of text.split('\n')) {
      const match = /^(\s*(?:- )*)([\w.\/"'-]+):( |$)/.exec(line);
      if (match) pre.append(match[1], el('span', {class: 'key'}, match[2]), line.slice(match[1].length + match[2].length), '\n');
      else pre.append(line, '\n');
    }
    return pre;
  }
  function yamlTab(objects) {
    const box = el('div'), chips = el('div', {class: 'objects'}), text = el('div');
    const show = (o, chip) => {
      for (const other of chips.querySelectorAll('[aria-pressed]')) other.setAttribute('aria-pressed', String(other === chip));
      const yaml = selectedNode.set.fill(o.description.yaml, o.inst);
      const copy = el('button', {type: 'button', class: 'copy', onclick: () => navigator.clipboard?.writeText(yaml).then(() => { copy.textContent = 'Copied'; }, () => {})}, 'Copy');
      chips.querySelector('.copy')?.remove();
      chips.append(copy);
      text.replaceChildren(yamlBlock(yaml));
    };
    objects.forEach((o) => {
      const chip = el('button', {type: 'button', 'aria-pressed': 'false', title: o.name, onclick: () => show(o, chip)}, o.kind);
      chips.append(chip);
    });
    box.append(chips, text);
    show(objects[0], chips.firstChild);
    return box;
  }
  function environmentTab(n, objects) {
    const box = el('div'), pod = objects.find((o) => o.kind === 'Pod');
    for (const c of pod ? environmentOf(n.set, pod) : []) {
      const line = (v) => el('tr', {}, el('td', {class: 'mono'}, v.name), el('td', {class: 'mono'}, v.value ?? el('em', {}, `from ${v.from}`)));
      box.append(el('h3', {}, `${c.init ? 'init container' : 'container'} ${c.name}`), c.env.length ? el('table', {}, ...c.env.map(line)) : 'no variables');
    }
    return box;
  }
  function nodeOfText(n) {
    return n.c !== undefined ? n.set.cliques[n.c] : n.g !== undefined ? n.set.groups[n.g] : n.set;
  }
  // One text with the lines of some pairs marked; the first of them gets the id, if one is given.
  function markedText(text, first, pairs, id) {
    const isMarked = (n) => pairs.some((start, i) => i % 2 === 0 && n >= start && n <= pairs[i + 1]);
    const pre = el('pre', {tabindex: '0', 'aria-label': 'Source'});
    text.replace(/\n$/, '').split('\n').forEach((line, at) => {
      const number = first + at;
      pre.append(el('span', {class: isMarked(number) ? 'mark' : '', id: number === pairs[0] ? id : null},
        el('span', {class: 'number'}, String(number)), line || ' '), '\n');
    });
    return pre;
  }
  function sourceTab(n) {
    const {source} = n.set, {lines, mixed} = nodeOfText(n), box = el('div');
    if (!source || !lines) return el('p', {}, 'The text is not known.');
    box.append(el('p', {}, 'Made from ', el('span', {class: 'mono', id: 'source-line'}, `${source.file}:${lines[0] ?? 1}`)));
    if (source.text) box.append(markedText(source.text, source.first, lines, 'source-first'));
    for (const [at, ...pairs] of mixed ?? []) {
      const other = source.others[at];
      box.append(el('p', {}, 'and from ', el('span', {class: 'mono source-other'}, `${other.file}:${pairs[0]}`)));
      if (other.text) box.append(markedText(other.text, 1, pairs, null));
    }
    return box;
  }
  function drawDetails(n) {
    const box = byId('details'), objects = objectsOf(n);
    const tabs = [['summary', 'Summary', () => summary(n)]];
    if (objects.length) tabs.push(['yaml', 'YAML', () => yamlTab(objects)]);
    if (n.t === 'p') tabs.push(['env', 'Environment', () => environmentTab(n, objects)]);
    if (n.set.planned && n.t !== 'b') tabs.push(['plan', 'Plan', () => planTab(n)]);
    if (n.t !== 'b') tabs.push(['source', 'Source', () => sourceTab(n)]);
    if (!tabs.some(([id]) => id === detailsTab)) detailsTab = 'summary';
    const list = el('div', {role: 'tablist', 'aria-label': 'Details'}), panel = el('div', {role: 'tabpanel', id: 'detail-panel'});
    const show = (id) => {
      detailsTab = id;
      for (const tab of list.children) {
        const on = tab.id === `detail-${id}`;
        tab.setAttribute('aria-selected', String(on));
        tab.tabIndex = on ? 0 : -1;
      }
      panel.setAttribute('aria-labelledby', `detail-${id}`);
      panel.replaceChildren(tabs.find((t) => t[0] === id)[2]());
      const first = byId('source-first'), pre = first?.closest('pre');
      if (pre) box.scrollTop = Math.max(0, first.offsetTop - box.clientHeight / 3);
    };
    for (const [id, title] of tabs) {
      list.append(el('button', {role: 'tab', type: 'button', id: `detail-${id}`, 'aria-controls': 'detail-panel', onclick: () => show(id)}, title));
    }
    list.addEventListener('keydown', tabKeys);
    const head = el('div', {class: 'head'}, el('div', {class: 'kind'}, KINDS[n.t]), el('h2', {}, nameOf(n)), list);
    box.replaceChildren(head, panel);
    box.scrollTop = 0;
    show(detailsTab);
  }

  // --- picture -----------------------------------------------------------------------------------------------------

  const pictures = [...document.querySelectorAll('.picture')];
  let zoom = null;  // null: fit
  function applyZoom() {
    const panel = byId('panel-picture');
    for (const picture of pictures) {
      const svg = picture.querySelector('svg'), width = svg.viewBox.baseVal.width, height = svg.viewBox.baseVal.height;
      const scale = zoom ?? Math.max(0.45, Math.min(1.25, (panel.clientWidth - 34) / width));
      svg.setAttribute('width', Math.round(width * scale));
      svg.setAttribute('height', Math.round(height * scale));
      svg.dataset.scale = scale;
    }
  }
  const scaleNow = () => Number(pictures[0]?.querySelector('svg').dataset.scale ?? 1);
  /** Key of a node in the picture: pods stand in their clique's card. */
  const pictureKey = (n) => ({s: 's', r: `r${n.i}`, g: `g${n.i}.${n.g}`, m: `m${n.i}.${n.g}.${n.j}`}[n.t] ?? `q${n.i}.${n.j}.${n.c}`);
  function nodeOfPicture(set, key) {
    const [a, b, c] = key.slice(1).split('.').map(Number);
    return {s: {t: 's', set}, r: {t: 'r', set, i: a}, g: {t: 'g', set, i: a, g: b}, m: {t: 'm', set, i: a, g: b, j: c}, q: {t: 'c', set, i: a, j: b, c}}[key[0]];
  }
  function markPicture(n) {
    for (const old of document.querySelectorAll('.picture .selected')) old.classList.remove('selected');
    for (const edge of document.querySelectorAll('.picture .edge')) edge.classList.remove('lit', 'faded');
    const picture = pictures[n.set.number];
    if (!picture || n.t === 'b' || n.t === 's') return;
    const found = picture.querySelector(`[data-key="${pictureKey(n)}"]:not(.rest)`);
    if (!found) return;
    found.classList.add('selected');
    if (!byId('panel-picture').hidden) found.scrollIntoView({block: 'nearest', inline: 'nearest'});
    if (found.dataset.id === undefined) return;
    for (const edge of picture.querySelectorAll('.edge')) {
      const near = edge.dataset.from === found.dataset.id || edge.dataset.to === found.dataset.id;
      edge.classList.add(near ? 'lit' : 'faded');
    }
  }
  pictures.forEach((picture, number) => {
    if (SETS[number].planned) for (const box of picture.querySelectorAll('[data-key]')) {
      const planned = planOf(nodeOfPicture(SETS[number], box.dataset.key));
      if (planned) box.classList.add('planned', `act-${planned.action}`);
    }
  });
  pictures.forEach((picture, number) => picture.addEventListener('click', (e) => {
    const found = e.target.closest('[data-key]');
    if (!found) return;
    const node = nodeOfPicture(SETS[number], found.dataset.key);
    go(node);
    // A box that stands for many opens the tree, where each of them is.
    if (found.classList.contains('rest')) showTab('tree');
  }));

  // --- search ------------------------------------------------------------------------------------------------------

  const search = byId('search'), results = byId('results');
  const MOST_RESULTS = 60, SEARCH_MS = 200;
  let found = [], chosen = -1;
  /** Calls visit(node, name) for every node until it returns false. */
  function walk(visit) {
    const down = (n) => {
      if (n.t !== 'b' && visit(n, nameOf(n)) === false) return false;
      const all = sequence(n);
      for (let p = 0; p < all.count; ++p) if (down(all.at(p)) === false) return false;
      return true;
    };
    for (const set of SETS) if (down({t: 's', set}) === false) return;
  }
  function runSearch() {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    found = [];
    chosen = -1;
    if (!words.length) return closeResults();
    const until = performance.now() + SEARCH_MS;
    let steps = 0, more = false;
    const exact = [];
    walk((node, name) => {
      const other = node.t === 'p' ? node.set.hostName(node.i, node.j, node.c, node.k) : node.t === 'm' ? gangOf(node) : '';
      const text = `${name} ${other}`.toLowerCase();
      if (words.every((w) => text.includes(w))) {
        if (name === words[0] || other === words[0]) exact.push({node, name});
        else if (found.length < MOST_RESULTS) found.push({node, name});
        else more = true;
      }
      return !(++steps % 512 === 0 && performance.now() > until && (more = true));
    });
    found = exact.concat(found).slice(0, MOST_RESULTS);
    chosen = found.length ? 0 : -1;
    results.replaceChildren(...found.map(({node, name}, n) => el('li', {
      role: 'option', id: `result-${n}`, 'aria-selected': String(n === chosen), onclick: () => choose(n),
    }, el('span', {class: 'name'}, name), el('span', {class: 'what'}, node.t === 'p' ? labelOf(node) : KINDS[node.t]))),
    ...(found.length ? [] : [el('li', {class: 'note', role: 'presentation'}, 'Nothing has this name.')]),
    ...(more ? [el('li', {class: 'note', role: 'presentation'}, 'More than these: type more of the name.')] : []));
    results.hidden = false;
    search.setAttribute('aria-expanded', 'true');
    markChosen();
  }
  function markChosen() {
    [...results.querySelectorAll('[role=option]')].forEach((li, n) => li.setAttribute('aria-selected', String(n === chosen)));
    if (chosen >= 0) {
      search.setAttribute('aria-activedescendant', `result-${chosen}`);
      byId(`result-${chosen}`).scrollIntoView({block: 'nearest'});
    } else {
      search.removeAttribute('aria-activedescendant');
    }
  }
  function closeResults() {
    results.hidden = true;
    search.setAttribute('aria-expanded', 'false');
    search.removeAttribute('aria-activedescendant');
  }
  function choose(n) {
    closeResults();
    if (!found[n]) return;
    if (found[n].node.t === 'p' || found[n].node.t === 'm') showTab('tree');
    go(found[n].node);
  }
  let searchTimer = 0;
  search.addEventListener('input', () => { clearTimeout(searchTimer); searchTimer = setTimeout(runSearch, 60); });
  search.addEventListener('focus', () => { if (search.value.trim()) runSearch(); });
  search.addEventListener('keydown', (e) => {
    if (e.key === 'Escape') { if (!results.hidden) e.preventDefault(); closeResults(); }
    else if (e.key === 'Enter') { e.preventDefault(); clearTimeout(searchTimer); if (results.hidden) runSearch(); choose(Math.max(chosen, 0)); }
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (!found.length) return;
      chosen = (chosen + (e.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length;
      markChosen();
    }
  });
  document.addEventListener('click', (e) => { if (!e.target.closest('.search')) closeResults(); });

  // --- header, tabs, start -----------------------------------------------------------------------------------------

  /** Arrow keys between the tabs of a list. */
  function tabKeys(e) {
    const tabs = [...e.currentTarget.children], at = tabs.indexOf(e.target);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1}[e.key];
    if (to === undefined || at < 0) return;
    e.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    next.click();
    next.focus();
  }
  const VIEWS = ['picture', 'tree', 'plan'].filter((name) => byId(`tab-${name}`));
  function showTab(id) {
    for (const name of VIEWS) {
      const on = name === id, tab = byId(`tab-${name}`);
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
      byId(`panel-${name}`).hidden = !on;
      if (byId(`${name}-tools`)) byId(`${name}-tools`).hidden = !on;
    }
    if (id === 'tree') {
      scrollToRow(current);
      drawRows(true);
    } else if (id === 'picture') {
      applyZoom();
    }
  }
  function drawTotals() {
    const sum = (f) => SETS.reduce((s, set) => s + f(set), 0);
    const chip = (n, one) => el('span', {class: 'chip'}, el('b', {}, n.toLocaleString('en')), ` ${one}${n === 1 ? '' : 's'}`);
    const gpus = SETS.reduce((s, set) => plusGpus(s, set.totals.gpus), [0, 0, 0]);
    byId('totals').append(chip(sum((s) => s.totals.pods), 'pod'), chip(sum((s) => s.totals.base_gangs + s.totals.scaled_gangs), 'gang'),
      ...gpuParts(gpus).map((text) => el('span', {class: 'chip'}, el('b', {}, /^[\d.,]*/.exec(text)[0]), text.replace(/^[\d.,]*/, ''))), ...(sum((s) => s.totals.objects) ? [chip(sum((s) => s.totals.objects), 'object')] : []));
  }
  const ACTIONS = {ROLL: 'pods are replaced', SCALE: 'pods come or go', PENDING: 'stays old until deleted by hand', CREATE: 'new', DELETE: 'goes', 'IN-PLACE': 'changed without a restart', FORBIDDEN: 'refused'};
  function drawLegend() {
    const item = (color, extra, text) => el('span', {class: `c${color}`}, el('span', {class: 'pods'}, el('i', {class: extra})), text);
    const live = SETS.find((s) => s.life);
    if (live) {
      for (const state of ['ready', 'starting', 'not-ready', 'pending', 'gated', 'failed', 'terminating', 'missing']) byId('legend').append(item(0, `life ${state}`, state));
      byId('legend').append(el('span', {}, `as of ${live.life.at}`));
      return;
    }
    byId('legend').append(item(0, '', 'pod of the base gang'));
    if (SETS.some((s) => s.totals.scaled_gangs)) byId('legend').append(item(1, '', 'pod of a scaled gang, each in its own color'));
    byId('legend').append(item(0, 'extra', 'pod above the minimum'));
    if (SETS.some((s) => s.cliques.some((c) => c.base.length))) byId('legend').append(el('span', {}, '→ starts after'));
    const used = new Set(SETS.flatMap((s) => [...s.actions.values()].map((o) => o.action)));
    for (const [action, text] of Object.entries(ACTIONS)) if (used.has(action)) byId('legend').append(el('span', {}, el('span', {class: `act act-${action}`}, action), text));
  }
  const THEMES = ['automatic', 'light', 'dark'];
  function setTheme(name) {
    if (name === 'automatic') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    byId('theme').setAttribute('aria-label', `Color theme: ${name}`);
    byId('theme').title = `Color theme: ${name}`;
  }
  byId('theme').addEventListener('click', () => {
    const now = document.documentElement.dataset.theme ?? 'automatic';
    setTheme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]);
  });
  for (const name of VIEWS) byId(`tab-${name}`).addEventListener('click', () => showTab(name));
  byId('tab-picture').parentElement.addEventListener('keydown', tabKeys);
  byId('zoom-in').addEventListener('click', () => { zoom = Math.min(4, scaleNow() * 1.25); applyZoom(); });
  byId('zoom-out').addEventListener('click', () => { zoom = Math.max(0.1, scaleNow() / 1.25); applyZoom(); });
  byId('zoom-fit').addEventListener('click', () => { zoom = null; applyZoom(); });
  byId('expand').addEventListener('click', expandAll);
  byId('collapse').addEventListener('click', collapseAll);
  tree.addEventListener('keydown', onTreeKey);
  tree.addEventListener('scroll', () => drawRows(false), {passive: true});
  window.addEventListener('resize', () => { drawRows(true); applyZoom(); });
  document.addEventListener('keydown', (e) => {
    if (e.key !== '/' || e.target.matches('input, textarea') || e.ctrlKey || e.altKey || e.metaKey) return;
    e.preventDefault();
    search.focus();
    search.select();
  });

  /** The node that the address names, if there is one: so that a link leads to an object. */
  function nodeOfHash() {
    const match = /^#(\d+)([srgmcp])([\d.]*)$/.exec(location.hash), set = match && SETS[match[1]];
    if (!set) return null;
    const n = match[3].split('.').map(Number);
    const node = {s: {t: 's', set}, r: {t: 'r', set, i: n[0]}, g: {t: 'g', set, i: n[0], g: n[1]}, m: {t: 'm', set, i: n[0], g: n[1], j: n[2]},
      c: {t: 'c', set, i: n[0], j: n[1], c: n[2]}, p: {t: 'p', set, i: n[0], j: n[1], c: n[2], k: n[3]}}[match[2]];
    try {
      const up = parentOf(node), all = up && sequence(up);
      const known = !up || Array.from({length: Math.min(all.count, 100000)}, (_, p) => keyOf(all.at(p))).includes(keyOf(node));
      return known ? node : null;
    } catch {
      return null;
    }
  }

  setTheme('automatic');
  drawTotals();
  drawLegend();
  expandSome();
  showTab(SETS.some((s) => s.life) ? 'tree' : 'picture');
  const wanted = nodeOfHash();
  if (wanted) go(wanted);
  else if (SETS.length) select({t: 's', set: SETS[0]});
  document.documentElement.dataset.ready = 'true';
})();
