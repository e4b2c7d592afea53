/* What pages need beyond htmx. Every page works without it. No inline code, no storage in the browser.
   1 busy buttons and double sends  2 focus and words after a swap  3 drafts saved by themselves
   4 calendar button  5 check boxes of lists  6 menus that close                                        */
(() => {
  "use strict";
  const words = document.body.dataset;
  const live = document.getElementById("live");
  const say = (text) => { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 60); };

  /* 1 ------------------------------------------------------------------ */
  const sending = new WeakSet();
  const busy = (button, on) => {
    if (!button) return;
    if (on) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("hx-post") || form.hasAttribute("hx-get")) return;
    if (sending.has(form)) { event.preventDefault(); return; }
    if (form.method !== "post") return;
    sending.add(form);
    busy(event.submitter, true);
    // After a while the session may be gone; what saves itself finds out without losing what was typed.
    if (form.dataset.autosave && Date.now() - contact > 60000 && !saving.has(form)) keep(form);
    if (saving.has(form)) {
      // What saves itself in this moment gives the form a new version; sent with the old one it would conflict with itself.
      event.preventDefault();
      saving.get(form).then(() => { sending.delete(form); if (lost) busy(event.submitter, false); else form.requestSubmit(event.submitter || undefined); });
      return;
    }
    dirty.delete(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("[aria-busy]").forEach((one) => busy(one, false));
    document.querySelectorAll("form").forEach((form) => sending.delete(form));
  });
  const control = (element) => element.matches("form") ? element.querySelector("button:not([type=button])") : element;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.detail.elt;
    if (element.matches("form") && sending.has(element)) { event.preventDefault(); return; }
    if (element.matches("form")) sending.add(element);
    busy(control(element), true);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    sending.delete(event.detail.elt);
    busy(control(event.detail.elt), false);
  });
  const note = (text) => {
    const box = document.createElement("div");
    box.className = "alert bad";
    box.setAttribute("role", "alert");
    box.textContent = text;
    document.getElementById("flash").replaceChildren(box);
  };
  document.addEventListener("htmx:sendError", () => note(words.offline));
  document.addEventListener("htmx:responseError", () => note(words.fault));

  /* 2 ------------------------------------------------------------------ */
  const settle = (root) => {
    const summary = root.querySelector(".errsum") || (root.matches?.(".errsum") ? root : null);
    if (summary) {
      if (!document.title.startsWith(words.errorPrefix)) document.title = words.errorPrefix + document.title;
      summary.focus();
      return;
    }
    root.querySelectorAll("[data-announce]").forEach((one) => say(one.dataset.announce));
    if (root !== document) root.querySelector("[data-focus]")?.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.classList.contains("echo")) return;
    if (document.title.startsWith(words.errorPrefix) && !document.querySelector(".errsum")) {
      document.title = document.title.slice(words.errorPrefix.length);
    }
    settle(event.detail.elt);
    enhance(event.detail.elt);
  });
  document.addEventListener("announce", (event) => say(event.detail.value));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".errsum a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (document.getElementById(link.hash.slice(1).replace(/_\d+$/, "") + "_group") || target).scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  });

  /* 3 ------------------------------------------------------------------ */
  const dirty = new Set();
  const saving = new Map();
  let composing = false;
  document.addEventListener("compositionstart", () => { composing = true; });
  document.addEventListener("compositionend", () => { composing = false; });
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.autosave) dirty.add(form);
  });
  const show = (form, text) => { const place = form.querySelector("[data-autosave-status]"); if (place) place.textContent = text; };
  const keep = (form) => saving.set(form, send(form).finally(() => saving.delete(form)));
  const save = (form) => {
    if (composing || lost || !dirty.has(form) || sending.has(form) || saving.has(form)) return;
    dirty.delete(form);
    keep(form);
  };
  /* A lost session: the page stays with all that was typed, the login opens beside it, and saving goes on afterwards. */
  let lost = false, contact = Date.now();
  const askLogin = (form, address) => {
    const link = document.createElement("a"), box = document.createElement("div");
    link.href = address.split("?")[0]; link.target = "_blank"; link.textContent = words.login;
    box.className = "alert warn"; box.setAttribute("role", "alert"); box.append(words.lost, " ", link);
    document.getElementById("flash").replaceChildren(box);
    box.scrollIntoView({ block: "center" });
    lost = true; dirty.add(form);
  };
  const goOn = async () => {
    if (!lost || document.hidden) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]");
      if (!answer.ok || !token || !lost) return;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((one) => { one.value = token.value; });
      lost = false; document.getElementById("flash").replaceChildren();
      dirty.forEach(save);
    } catch { /* not signed in yet */ }
  };
  document.addEventListener("visibilitychange", goOn);
  window.addEventListener("focus", goOn);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const address = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!address?.startsWith("/login/") || !(lost || dirty.size || saving.size)) return;
    event.preventDefault();
    if (!lost) askLogin([...dirty, ...saving.keys()][0], address);
  });
  const send = async (form) => {
    contact = Date.now();
    const data = new FormData(form);
    [...data].forEach(([name, value]) => { if (value instanceof File) data.delete(name); });
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: data, credentials: "same-origin", redirect: "error", headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere?.startsWith("/login/")) { askLogin(form, elsewhere); return; }
      if (elsewhere) { location.assign(elsewhere); return; }
      if (!answer.ok) throw new Error(answer.status);
      const version = answer.headers.get("X-Version");
      if (version && form.elements.version) form.elements.version.value = version;
      show(form, (await answer.text()).trim() || words.saved);
      say(words.saved);
    } catch {
      dirty.add(form);
      show(form, words.offline);
    }
  };
  document.addEventListener("focusout", (event) => {
    const form = event.target.form;
    if (form?.dataset.autosave && !(event.relatedTarget?.type === "submit" && event.relatedTarget.form === form)) save(form);
  });
  setInterval(() => dirty.forEach((form) => { if (form.isConnected) save(form); else dirty.delete(form); }), 20000);
  window.addEventListener("online", () => dirty.forEach(save));
  window.addEventListener("beforeunload", (event) => { if (dirty.size) event.preventDefault(); });

  /* 4 ------------------------------------------------------------------ */
  const calendar = (input) => {
    if (input.dataset.calendar || !("showPicker" in HTMLInputElement.prototype)) return;
    input.dataset.calendar = "on";
    const picker = document.createElement("input");
    picker.type = "date"; picker.className = "vh"; picker.tabIndex = -1; picker.setAttribute("aria-hidden", "true");
    const button = document.createElement("button");
    button.type = "button"; button.className = "btn"; button.textContent = words.pickDay;
    button.addEventListener("click", () => { picker.value = /^\d{4}-\d\d-\d\d$/.test(input.value) ? input.value : ""; picker.showPicker(); });
    picker.addEventListener("change", () => { input.value = picker.value; input.dispatchEvent(new Event("input", { bubbles: true })); input.focus(); });
    input.after(button, picker);
  };
  const enhance = (root) => root.querySelectorAll("input.day").forEach(calendar);

  /* 5 ------------------------------------------------------------------ */
  document.addEventListener("change", (event) => {
    const all = event.target.dataset.checkAll;
    const name = all || event.target.name;
    const boxes = name ? [...document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`)] : [];
    const master = name && document.querySelector(`[data-check-all="${CSS.escape(name)}"]`);
    if (!master) return;
    if (all) boxes.forEach((box) => { box.checked = event.target.checked; });
    const picked = boxes.filter((box) => box.checked).length;
    master.checked = picked === boxes.length;
    master.indeterminate = picked > 0 && picked < boxes.length;
    boxes.forEach((box) => box.closest("tr")?.setAttribute("aria-selected", box.checked));
    const text = words.picked.replace("{n}", picked);
    document.querySelectorAll("[data-check-count]").forEach((one) => { one.textContent = text; });
    say(text);
  });

  /* 6 ------------------------------------------------------------------ */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    const open = document.querySelector("details.person[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.person[open]").forEach((one) => { if (!one.contains(event.target)) one.open = false; });
  });

  enhance(document);
  settle(document);
})();
