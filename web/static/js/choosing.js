// A ballot's form, made easier: a ranking is tapped in its order, what is chosen is counted along,
// and a blank vote unticks all else. The form's own fields are what is sent; without this script
// they are filled in by hand.

const filled = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

// A blank vote is for nobody.
function untick(form) {
  const blank = form.querySelector("[data-blank]");
  if (!blank || blank.type !== "checkbox") return;
  form.addEventListener("change", ({ target }) => {
    if (target === blank && blank.checked) {
      for (const each of form.querySelectorAll("[type=checkbox]")) each.checked = each === blank;
      for (const each of form.querySelectorAll("select, input[inputmode]")) each.value = "";
      for (const each of form.querySelectorAll("[type=radio][value='']")) each.checked = true;
      form.dispatchEvent(new CustomEvent("choosing:emptied"));
    } else if (target !== blank && (target.value || target.checked)) {
      blank.checked = false;
    }
  });
}

function countAlong(form) {
  const told = form.querySelector("[data-told]");
  if (!told) return;
  const { most, points, words, over } = told.dataset;
  const tell = () => {
    if (points) {
      const fields = [...form.querySelectorAll("input[inputmode]")];
      const given = fields.reduce((sum, { value }) => sum + (Number(value) || 0), 0);
      const left = Number(points) - given;
      told.textContent = filled(left < 0 ? over : words, { left, points, over: -left });
      told.classList.toggle("error", left < 0);
    } else {
      const ticked = form.querySelectorAll("input:checked:not([data-blank])");
      told.textContent = filled(words, { count: ticked.length, most });
      told.classList.toggle("error", ticked.length > Number(most));
    }
  };
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  tell();
}

// The ranking: `order` is the list of those ranked, [{id, tied}]; tied: with the one above.
class Order {
  constructor(form) {
    this.form = form;
    this.box = form.querySelector("[data-ranking]");
    this.words = this.box.dataset;
    this.most = Number(this.words.most);
    this.names = new Map();
    for (const label of this.box.querySelectorAll("label")) {
      this.names.set(label.htmlFor.slice("rank-".length), label.textContent.trim());
    }
    this.order = this.read();
    this.build();
    this.draw();
  }

  field(id) {
    return this.box.querySelector(`#rank-${CSS.escape(id)}`);
  }

  // From the fields, as far as they make an order.
  read() {
    const ranked = [...this.names.keys()]
      .map((id) => ({ id, rank: Number(this.field(id).value) }))
      .filter(({ rank }) => rank)
      .sort((a, b) => a.rank - b.rank);
    const equal = this.words.equal !== undefined;
    return ranked.map(({ id, rank }, at) => (
      { id, tied: equal && at > 0 && ranked[at - 1].rank === rank }
    ));
  }

  write() {
    for (const id of this.names.keys()) this.field(id).value = "";
    let rank = 0;
    for (const each of this.order) {
      rank += each.tied ? 0 : 1;
      each.rank = rank;
      this.field(each.id).value = String(rank);
    }
    const blank = this.form.querySelector("[data-blank]");
    if (this.order.length && blank) blank.checked = false;
  }

  build() {
    const made = document.createElement("div");
    made.className = "tapped";
    made.innerHTML = `<h3></h3><ol class="yours plain"></ol><p class="fine none"></p>
      <h3></h3><ul class="left plain"></ul><p class="fine all"></p><p class="heard" role="status"></p>`;
    const [yours, left] = made.querySelectorAll("h3");
    yours.textContent = this.words.yours;
    left.textContent = this.words.left;
    made.querySelector(".none").textContent = this.words.none;
    made.querySelector(".all").textContent = this.words.all;
    this.box.querySelector(".ranks").hidden = true;
    this.box.prepend(made);
    this.made = made;
    made.addEventListener("click", ({ target }) => this.tapped(target.closest("button")));
    this.draggable(made.querySelector(".yours"));
    this.form.addEventListener("choosing:emptied", () => {
      this.order = [];
      this.draw();
    });
  }

  tapped(button) {
    if (!button) return;
    const { act, id } = button.dataset;
    const at = this.order.findIndex((each) => each.id === id);
    if (act === "add") {
      if (this.order.length >= this.most) return this.say(this.words.full);
      this.order.push({ id, tied: false });
    } else if (act === "remove") {
      this.order.splice(at, 1);
    } else if (act === "tie") {
      this.order[at].tied = !this.order[at].tied;
    } else {
      const to = at + (act === "up" ? -1 : 1);
      [this.order[at], this.order[to]] = [this.order[to], this.order[at]];
    }
    this.settle(id, act);
  }

  settle(id, act) {
    this.draw();
    const name = this.names.get(id);
    const placed = this.order.find((each) => each.id === id);
    this.say(filled(placed ? this.words.placed : this.words.gone, { name, rank: placed?.rank }));
    // The focus stays with the act: on the same button, or the next that can be pressed.
    const wanted = act === "add"
      ? this.made.querySelector(".left button")
      : this.made.querySelector(`button[data-id="${CSS.escape(id)}"][data-act="${act}"]:enabled`);
    const other = this.made.querySelector(`button[data-id="${CSS.escape(id)}"]:enabled`);
    (wanted ?? other ?? this.made.querySelector("button"))?.focus();
  }

  say(text) {
    this.made.querySelector("[role=status]").textContent = text;
  }

  draw() {
    if (this.order.length) this.order[0].tied = false;
    this.write();
    const { order } = this;
    const ranked = new Set(order.map(({ id }) => id));
    const left = [...this.names.keys()].filter((id) => !ranked.has(id));
    this.made.querySelector(".yours").replaceChildren(...order.map((each, at) => this.line(each, at)));
    this.made.querySelector(".left").replaceChildren(...left.map((id) => {
      const item = document.createElement("li");
      item.append(this.button("add", id, this.names.get(id)));
      return item;
    }));
    this.made.querySelector(".none").hidden = order.length > 0;
    this.made.querySelector(".all").hidden = left.length > 0;
  }

  line({ id, rank, tied }, at) {
    const item = document.createElement("li");
    item.dataset.id = id;
    item.draggable = true;
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = `${rank}. ${this.names.get(id)}`;
    const taps = document.createElement("span");
    taps.className = "taps";
    const up = this.button("up", id, "↑");
    const down = this.button("down", id, "↓");
    up.disabled = at === 0;
    down.disabled = at === this.order.length - 1;
    taps.append(up, down);
    if (this.words.equal !== undefined && at > 0) {
      const tie = this.button("tie", id, "=");
      tie.ariaPressed = String(tied);
      taps.append(tie);
    }
    taps.append(this.button("remove", id, "✕"));
    item.append(name, taps);
    return item;
  }

  button(act, id, text) {
    const made = document.createElement("button");
    made.type = "button";
    Object.assign(made.dataset, { act, id });
    made.textContent = text;
    if (act !== "add") made.ariaLabel = filled(this.words[act], { name: this.names.get(id) });
    return made;
  }

  // Besides the buttons, for whoever likes it.
  draggable(list) {
    let held = null;
    list.addEventListener("dragstart", ({ target }) => { held = target.dataset.id; });
    list.addEventListener("dragover", (event) => { if (held) event.preventDefault(); });
    list.addEventListener("drop", (event) => {
      event.preventDefault();
      const onto = event.target.closest("li")?.dataset.id;
      if (!held || !onto || held === onto) return;
      const from = this.order.findIndex(({ id }) => id === held);
      const to = this.order.findIndex(({ id }) => id === onto);
      this.order.splice(to, 0, ...this.order.splice(from, 1));
      this.settle(held, "up");
    });
  }
}

function enhance() {
  for (const form of document.querySelectorAll("form[data-choosing]:not([data-ready])")) {
    form.dataset.ready = "";
    untick(form);
    countAlong(form);
    if (form.querySelector("[data-ranking]")) new Order(form);
  }
}

enhance();
document.addEventListener("live:renewed", enhance);
