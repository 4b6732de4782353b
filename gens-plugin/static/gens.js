// Makes the pages pleasant; everything works without it.
"use strict";
(() => {
  const form = document.getElementById("draft");
  let dirty = false;
  let leaving = false;

  // Asks before somebody leaves what is not saved.
  for (const guarded of document.querySelectorAll("form[data-guard]")) {
    guarded.addEventListener("input", () => { dirty = true; });
    guarded.addEventListener("submit", () => { leaving = true; });
  }
  addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });
  addEventListener("pageshow", () => { leaving = false; });

  // Says before an upload that the file is too large.
  for (const upload of document.querySelectorAll("form[data-upload]")) {
    const input = upload.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      const tooLarge = input.files[0]?.size > Number(upload.dataset.upload);
      input.setCustomValidity(tooLarge ? upload.dataset.tooLarge : "");
      if (tooLarge) input.reportValidity();
    });
  }
  if (!form) return;

  const byId = (id) => document.getElementById(id);
  const [saved, told, findings] = ["saved", "told", "findings"].map(byId);
  const text = form.dataset;
  const key = "gens-draft:" + text.autosave;
  const fields = (asked) => {
    const all = new URLSearchParams(new FormData(form));
    if (asked) all.set("do", asked);
    return all;
  };
  // What was typed, apart from the marks of this page and session.
  const typed = () => {
    const all = fields();
    all.delete("csrf");
    all.delete("revision");
    return all.toString();
  };

  // What could not be sent lies in the browser until it can be.
  const keep = () => {
    try { localStorage.setItem(key, typed()); } catch { /* Nothing can be kept: it is still on the page. */ }
  };
  let isOffered = false;
  const forget = () => {
    if (isOffered) return;
    try { localStorage.removeItem(key); } catch { /* As above. */ }
  };
  const kept = () => { try { return localStorage.getItem(key); } catch { return null; } };

  const say = (what) => {
    const words = told.dataset[what] ?? "";
    if (!told.hidden === Boolean(words) && told.textContent === words) return;
    told.textContent = words;
    told.hidden = !words;
  };

  // Findings stand beside the fields that somebody has been in.
  const touched = new Set();
  const show = (all) => {
    for (const old of document.querySelectorAll("[data-found]")) old.remove();
    for (const field of form.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.closest(".field")?.classList.remove("wrong");
      byId(field.id + "-error")?.remove();
      const rest = (field.getAttribute("aria-describedby") ?? "").split(" ");
      describe(field, rest.filter((id) => id && id !== field.id + "-error"));
    }
    for (const link of findings.querySelectorAll("a[href^='#']")) {
      const target = byId(link.hash.slice(1));
      if (!target || !form.contains(target)) continue;
      const isGroup = target.matches("fieldset");
      const seen = isGroup ? [...target.querySelectorAll("[id]")].some((one) => touched.has(one.id)) : touched.has(target.id);
      if ((all || seen) && !byId(target.id + "-error")) beside(target, (link.querySelector("span") ?? link).textContent, isGroup);
    }
    const counts = new Map();
    for (const link of findings.querySelectorAll("a[href^='#']")) {
      const section = byId(link.hash.slice(1))?.closest(".section");
      if (section) counts.set(section.id, (counts.get(section.id) ?? 0) + 1);
    }
    for (const link of document.querySelectorAll(".index a")) {
      const id = link.hash.slice(1);
      if (!byId(id)?.matches(".section")) continue;
      let badge = link.parentElement.querySelector(".badge");
      if (!counts.has(id)) { badge?.remove(); continue; }
      if (!badge) { badge = document.createElement("span"); badge.className = "badge"; link.after(" ", badge); }
      badge.textContent = String(counts.get(id));
    }
  };
  const describe = (field, ids) => {
    if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
    else field.removeAttribute("aria-describedby");
  };
  const beside = (target, words, isGroup) => {
    const error = document.createElement("p");
    error.className = "error";
    error.id = target.id + "-error";
    error.textContent = words;
    error.dir = "auto";
    error.dataset.found = "";
    if (isGroup) { target.querySelector("legend").after(error); return; }
    const ids = (target.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    target.setAttribute("aria-invalid", "true");
    describe(target, [...ids, error.id]);
    const field = target.closest(".field");
    field.classList.add("wrong");
    field.append(error);
    target.closest("details")?.setAttribute("open", "");
  };
  form.addEventListener("focusout", (event) => {
    if (event.target.id) { touched.add(event.target.id); show(false); }
  });
  const mark = () => {
    for (const field of form.elements) {
      if (field.id && field.value && !field.matches("select, button, fieldset, [type=hidden]")) touched.add(field.id);
    }
  };

  // After a new log-in in another window the page has another token: it is fetched, not asked for.
  const renew = async () => {
    const answer = await fetch(text.page + "/edit");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("#draft [name=csrf]")?.value;
    if (!token || token === form.elements.csrf.value) return false;
    for (const field of document.querySelectorAll("[name=csrf]")) field.value = token;
    return true;
  };

  let status = 200;
  const send = async (url, asked) => {
    const post = () => fetch(url, { method: "POST", body: fields(asked) });
    status = 0;
    let answer = await post();
    if (answer.status === 403 && await renew()) answer = await post();
    status = answer.status;
    return answer;
  };

  let timer = 0;
  let last = Promise.resolve();
  const later = (ms) => { clearTimeout(timer); timer = setTimeout(() => save(), ms); };
  // One at a time: whatever is sent needs the revision of what was sent before.
  const alone = (work) => {
    const mine = last.then(() => { clearTimeout(timer); return work(); });
    last = mine.catch(() => {});
    return mine;
  };
  // Whether all that is on the page is saved.
  const save = () => alone(attempt);
  const attempt = async () => {
    const before = typed();
    const slow = setTimeout(() => { saved.textContent = text.saving; }, 700);
    try {
      const answer = await send(text.autosave);
      if (!answer.ok) throw new Error(String(status));
      const next = answer.headers.get("x-revision");
      if (next) form.elements.revision.value = next;
      findings.innerHTML = await answer.text();
      if (typed() === before) { dirty = false; forget(); }
      say("");
      show(false);
      const count = findings.querySelector(".findings-count")?.textContent;
      const words = count ? text.saved + " · " + count : text.saved;
      if (saved.textContent !== words) saved.textContent = words;
      return !dirty;
    } catch {
      keep();
      saved.textContent = text.unsaved;
      say(status === 401 || status === 403 ? "ended" : status === 409 ? "conflict" : "offline");
      if (status !== 409) later(10000);
      return false;
    } finally {
      clearTimeout(slow);
    }
  };
  form.addEventListener("input", (event) => {
    dirty = true;
    if (event.target.id) touched.add(event.target.id);
    later(1200);
  });
  addEventListener("online", () => { if (dirty) save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) { keep(); save(); } });

  // An entry more or less: the server makes the form, the page takes it over.
  const change = async (asked) => {
    const answer = await send(form.action, asked);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("draft");
    if (!answer.ok || !fresh) return false;
    form.replaceChildren(...fresh.childNodes);
    findings.replaceChildren(...page.getElementById("findings").childNodes);
    dirty = false;
    forget();
    mark();
    show(false);
    const [what, list] = asked.split(":");
    const place = list.replaceAll(".", "-");
    const newest = (id) => [...form.querySelectorAll(`fieldset[id^="${id}-"]`)].filter((one) => /^-\d+$/.test(one.id.slice(id.length))).at(-1);
    const part = what === "add" ? newest(place) : null;
    const next = part?.querySelector("input, select, textarea")
      ?? form.querySelector(`[value="add:${list.replace(/\.\d+$/, "")}"]`);
    form.inert = false;
    next?.focus();
    part?.scrollIntoView({ block: "nearest" });
    return true;
  };
  form.addEventListener("submit", async (event) => {
    const asked = event.submitter?.value ?? "save";
    event.preventDefault();
    leaving = false;
    form.setAttribute("aria-busy", "true");
    try {
      if (asked.includes(":")) {
        form.inert = true;
        if (await alone(() => change(asked))) return;
      } else if (await save()) {
        if (asked === "finish") { leaving = true; location.assign(text.page); } else { mark(); show(true); }
        return;
      }
      // Nobody is logged in, or somebody else changed it: the server keeps what is sent, and asks.
      if (status === 401 || status === 409) native(asked);
    } catch {
      keep();
      say("offline");
      later(10000);
    } finally {
      form.inert = false;
      form.removeAttribute("aria-busy");
    }
  });
  const native = (asked) => {
    leaving = true;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "do";
    field.value = asked;
    form.append(field);
    form.submit();
  };
  // Files go their own way, and what was typed before goes first.
  for (const other of document.querySelectorAll("form[data-after-save]")) {
    other.addEventListener("submit", async (event) => {
      if (!dirty) { leaving = true; return; }
      event.preventDefault();
      if (await save()) { leaving = true; other.submit(); }
    });
  }

  // What an earlier page could not send is offered, not forced upon what was saved since.
  const offer = () => {
    const unsent = kept();
    if (unsent === null) return;
    if (unsent === typed() || byId("conflict") || new URLSearchParams(location.search).has("done")) { forget(); return; }
    isOffered = true;
    const notice = document.createElement("div");
    notice.className = "notice wait";
    notice.setAttribute("role", "alert");
    const button = (words, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "button small";
      one.textContent = words;
      one.addEventListener("click", () => { isOffered = false; forget(); act(); });
      return one;
    };
    const bring = button(told.dataset.bring, () => {
      // Entries of lists come back too: the server makes the form of what is sent.
      const back = document.createElement("form");
      back.method = "post";
      back.action = form.action;
      back.hidden = true;
      const marks = ["csrf", "revision"].map((name) => [name, form.elements[name].value]);
      for (const [name, value] of [...new URLSearchParams(unsent), ...marks]) {
        const field = document.createElement("textarea");
        field.name = name;
        field.value = value;
        back.append(field);
      }
      document.body.append(back);
      leaving = true;
      back.submit();
    });
    const paragraph = document.createElement("p");
    paragraph.textContent = told.dataset.restore;
    notice.append(paragraph, bring, button(told.dataset.discard, () => notice.remove()));
    told.after(notice);
  };
  mark();
  offer();
})();
