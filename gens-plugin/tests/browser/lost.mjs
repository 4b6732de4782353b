// A session that ends and a line that drops: nothing that was typed is lost.
import assert from "node:assert/strict";

async function draft(site, who) {
  const person = await site.person(who);
  await person.press('form[action$="/certificates/new"] button');
  return person;
}

const value = (person, name) => person.page.inputValue(`[name="${name}"]`);

/** The session ends on the server while the form is open. */
export async function expired(site, people) {
  const person = await draft(site, people.exporter);
  const { page } = person;
  const form = person.path;
  await person.fill({ "exporter.name": "Before" });
  await page.locator("#saved", { hasText: /\S/ }).waitFor();

  // The same person logs out in another window.
  const other = await page.context().newPage();
  await other.goto(person.site.url);
  await Promise.all([other.waitForEvent("load"), other.locator('form[action$="log-out"] button').click()]);

  await person.fill({ "exporter.name": "While nobody was logged in", "consignee.name": "Kept & safe" });
  await page.locator("#told").waitFor();
  await person.inspect("form-ended");
  await person.press('button[value="save"].button');
  await person.inspect("log-in-kept");
  await person.logIn(people.exporter);
  await person.inspect("kept");
  await person.press("main form button");
  assert.equal(person.path, form);
  assert.equal(await value(person, "exporter.name"), "While nobody was logged in");
  assert.equal(await value(person, "consignee.name"), "Kept & safe");
  assert.equal(await page.locator(".notice.wait:not([hidden])").count(), 0, "nothing is offered twice");

  // Logged in again in the other window: the page goes on by itself.
  await other.goto(person.site.url);
  await Promise.all([other.waitForEvent("load"), other.locator('form[action$="log-out"] button').click()]);
  const again = Object.assign(Object.create(person), { page: other });
  await again.logIn(people.exporter);
  await person.fill({ "consignee.name": "Saved with a new session" });
  await page.locator('button[value="save"].button').click();
  await page.waitForFunction(() => document.querySelector("#saved").textContent.trim() !== ""
    && document.querySelector("#told").hidden && !document.querySelector("#draft").ariaBusy);
  await page.reload();
  assert.equal(await value(person, "consignee.name"), "Saved with a new session");
  await person.leave();
}

/** The line drops; then the browser is closed as well. */
export async function offline(site, people) {
  const person = await draft(site, people.exporter);
  const { page } = person;
  const context = page.context();
  const form = person.path;
  await context.setOffline(true);
  await person.fill({ "exporter.name": "Typed without a line" });
  await page.locator("#told").waitFor();
  await person.inspect("form-offline");
  // Save and a new line wait too, and lose nothing.
  await page.locator('button[value="save"].button').click();
  await page.locator('button[value="add:containers"]').click();
  await page.waitForFunction(() => !document.querySelector("#draft").ariaBusy);
  assert.equal(await value(person, "exporter.name"), "Typed without a line");
  await context.setOffline(false);
  await page.locator("#told").waitFor({ state: "hidden" });
  await page.reload();
  assert.equal(await value(person, "exporter.name"), "Typed without a line");

  await context.setOffline(true);
  await person.fill({ "exporter.name": "Typed before the browser was closed" });
  await page.locator("#told").waitFor();
  await page.close({ runBeforeUnload: false });
  await context.setOffline(false);
  const next = Object.assign(Object.create(person), { page: await context.newPage() });
  await next.go(form);
  assert.equal(await value(next, "exporter.name"), "Typed without a line");
  await next.inspect("form-restore");
  await next.press(".notice.wait:not([hidden]) button");
  assert.equal(await value(next, "exporter.name"), "Typed before the browser was closed");
  await next.leave();
}
