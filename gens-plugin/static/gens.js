// Makes the pages pleasant; everything works without it.
"use strict";
(() => {
  const form = document.getElementById("draft");
  let dirty = false;
  let sending = false;

  // Asks before somebody leaves what is not saved.
  for (const guarded of document.querySelectorAll("form[data-guard]")) {
    guarded.addEventListener("input", () => { dirty = true; });
    guarded.addEventListener("submit", () => { sending = true; });
  }
  addEventListener("beforeunload", (event) => {
    if (dirty && !sending) event.preventDefault();
  });

  // Says before an upload that the file is too large.
  for (const upload of document.querySelectorAll("form[data-upload]")) {
    const input = upload.querySelector("input[type=file]");
    input.addEventListener("change", () => {
      const file = input.files[0];
      const tooLarge = file && file.size > Number(upload.dataset.upload);
      input.setCustomValidity(tooLarge ? upload.dataset.tooLarge : "");
      if (tooLarge) input.reportValidity();
    });
  }
  if (!form) return;

  const saved = document.getElementById("saved");
  const findings = document.getElementById("findings");
  const revision = form.elements.revision;
  const key = "gens-draft:" + form.dataset.autosave;
  const fields = () => new URLSearchParams(new FormData(form));
  const post = (url) => fetch(url, { method: "POST", body: fields(), redirect: "error" });

  // What could not be sent lies in the browser until it can be.
  const keep = () => {
    const kept = fields();
    kept.delete("csrf");
    kept.delete("revision");
    try { localStorage.setItem(key, kept.toString()); } catch { /* Nothing can be kept: it is still on the page. */ }
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* As above. */ } };
  const restore = () => {
    let kept = null;
    try { kept = localStorage.getItem(key); } catch { return; }
    if (!kept) return;
    if (confirm(form.dataset.restore)) {
      for (const [name, value] of new URLSearchParams(kept)) {
        const field = form.elements.namedItem(name);
        if (field && "value" in field) field.value = value;
      }
      dirty = true;
      later();
    } else {
      forget();
    }
  };

  let timer = 0;
  let busy = false;
  const later = () => { clearTimeout(timer); timer = setTimeout(save, 1500); };
  const save = async () => {
    if (busy) { later(); return; }
    busy = true;
    saved.textContent = form.dataset.saving;
    const before = fields().toString();
    try {
      const answer = await post(form.dataset.autosave);
      if (!answer.ok) throw new Error(String(answer.status));
      const next = answer.headers.get("x-revision");
      if (next) revision.value = next;
      saved.textContent = form.dataset.saved;
      const after = fields();
      after.set("revision", new URLSearchParams(before).get("revision") ?? "");
      if (after.toString() === before) dirty = false;
      forget();
      findings.innerHTML = await answer.text();
    } catch {
      keep();
      saved.textContent = form.dataset.unsaved;
      timer = setTimeout(save, 15000);
    } finally {
      busy = false;
    }
  };
  form.addEventListener("input", later);
  addEventListener("online", () => { if (dirty) save(); });
  restore();
})();
