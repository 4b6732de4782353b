// The keyboard alone: Tab, Enter, Space, arrows and typing.
import assert from "node:assert/strict";
import { APPLICATION } from "./flow.mjs";

/** Stops of the Tab key on a page: more than the longest form has. */
const STOPS_MAX = 200;

/** Goes on by Tab until the focus is on what is wanted; every stop must be seen. */
async function tabTo(page, selector) {
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate((wanted) => {
      const one = document.activeElement;
      if (!one || one === document.body) return { there: false, seen: true, html: "body" };
      const style = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 20) / 2);
      const covered = over?.closest(".bar") && !one.closest(".bar");
      return { there: one.matches(wanted), seen: outlined && inside && !covered, html: one.outerHTML.slice(0, 120) };
    }, selector);
    assert(at.seen, `the focus is not seen on ${at.html}`);
    if (at.there) return;
  }
  assert.fail(`Tab does not come to ${selector} on ${page.url()}`);
}

async function enter(page, key = "Enter") {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press(key)]);
}

async function type(page, name, value) {
  await tabTo(page, `[name="${name}"]`);
  const isSelect = await page.evaluate(() => document.activeElement.matches("select"));
  if (!isSelect) {
    await page.keyboard.press("Control+A");
    await page.keyboard.type(value);
    return;
  }
  // Arrows, as far as it takes.
  for (let press = 0; press < 20; press += 1) {
    if (await page.inputValue(`[name="${name}"]`) === value) return;
    await page.keyboard.press("ArrowDown");
  }
  for (let press = 0; press < 20; press += 1) {
    if (await page.inputValue(`[name="${name}"]`) === value) return;
    await page.keyboard.press("ArrowUp");
  }
  assert.fail(`${value} cannot be chosen by arrows in ${name}`);
}

async function logIn(site, who) {
  const person = await site.visitor();
  const { page } = person;
  await person.go("log-in");
  await page.selectOption("select[name=tenant]", who.tenant).catch(() => {});
  // The first field has the focus already.
  await page.locator("[name=name]").focus();
  await page.keyboard.type(who.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(who.password);
  await enter(page);
  return person;
}

async function step(page, name, fields) {
  await tabTo(page, `a[href$="/steps/${name}"]`);
  await enter(page);
  for (const [field, value] of Object.entries(fields)) await type(page, field, value);
  await tabTo(page, "main form button.button");
  await enter(page, "Space");
}

export async function keyboard(site, people) {
  const { exporter: trader, officer: desk, inspector: field, issuer: head, importer: port } = people;
  const exporter = await logIn(site, trader);
  const { page } = exporter;
  // The first stop leads past the navigation.
  await page.keyboard.press("Tab");
  assert(await page.evaluate(() => document.activeElement.matches(".skip")));
  await page.keyboard.press("Enter");
  await tabTo(page, 'form[action$="/certificates/new"] button');
  await enter(page);
  const path = exporter.path.replace("/edit", "");
  const values = {
    ...APPLICATION,
    destination: port.tenant,
    "lines.0.origins.0.country": trader.tenant,
    "lines.0.packages.0.kind": "CT",
  };
  // Tab goes in the order in which the form stands.
  const order = await page.$$eval("#draft [name]", (all) => all.map((one) => one.name));
  const names = Object.keys(values).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  for (const name of names) await type(page, name, values[name]);
  await tabTo(page, 'button[value="finish"]');
  await enter(page, "Space");
  assert.equal(exporter.path, path);
  await step(page, "submit", {});
  await exporter.leave();

  const inspector = await logIn(site, field);
  await inspector.go(path);
  await step(inspector.page, "inspect", { reason: "In order" });
  await inspector.leave();
  const officer = await logIn(site, desk);
  await officer.go(path);
  await step(officer.page, "approve", {});
  await officer.leave();
  const issuer = await logIn(site, head);
  await issuer.go(path);
  await step(issuer.page, "issue", { password: head.password });
  assert.equal(await issuer.page.locator(".track .done").count() >= 4, true);
  await issuer.leave();
}
