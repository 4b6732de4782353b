// A browser for one person, and what is measured in it.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

// Packages lie outside the checkout, where NODE_PATH says.
const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** 64 kbit/s and half a second there and back, as on a slow satellite line. */
const SLOW = { offline: false, latency: 500, downloadThroughput: 8000, uploadThroughput: 8000 };

/** What a page may cost on first load, its style and script included. */
export const FIRST_LOAD_BYTES_MAX = 100_000;

/** Phones and desktops. */
const WIDTHS = [360, 1280];

/** How long anything may take. */
const PATIENCE_MS = 60_000;

export async function start() {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.CHROMIUM ?? known.find((path) => existsSync(path));
  assert(executablePath, "no Chromium; say where it is by CHROMIUM");
  // As root, in containers, Chromium has no sandbox to offer; only our own pages are opened.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
}

/** The site under test. */
export class Site {
  constructor(browser, url, screenshots) {
    this.browser = browser;
    this.url = url.endsWith("/") ? url : `${url}/`;
    this.screenshots = screenshots;
    this.taken = new Set();
    this.bytes = new Map();
    this.inspected = new Set();
  }

  /** A browser of its own for somebody who is not logged in. */
  async visitor(options = {}) {
    const { language = "en", slow = false, scripts = true } = options;
    const context = await this.browser.newContext({
      ignoreHTTPSErrors: true,
      javaScriptEnabled: scripts,
      locale: language,
      viewport: { width: WIDTHS.at(-1), height: 900 },
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const troubles = [];
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => {
      // An answer that is no page is told by its status; all else is a fault of ours.
      const isAnswer = /^Failed to load resource/.test(message.text());
      if (message.type() === "error" && !isAnswer) troubles.push(message.text());
    });
    if (slow) {
      const session = await context.newCDPSession(page);
      await session.send("Network.enable");
      await session.send("Network.emulateNetworkConditions", SLOW);
    }
    return new Person(this, page, { language, scripts, troubles });
  }

  async person(who, options = {}) {
    const person = await this.visitor(options);
    await person.go("log-in");
    await person.logIn(who);
    return person;
  }
}

export class Person {
  constructor(site, page, options) {
    Object.assign(this, { site, page, ...options });
  }

  get path() {
    return this.page.url().slice(this.site.url.length).split(/[?#]/)[0];
  }

  async go(path) {
    return this.page.goto(this.site.url + path);
  }

  async logIn({ tenant, name, password }) {
    this.password = password;
    const { page } = this;
    const country = page.locator("select[name=tenant]");
    if (await country.count()) await country.selectOption(tenant);
    await page.fill("[name=name]", name);
    await page.fill("[name=password]", password);
    await this.press("main form button");
    assert(!(await page.locator("main [name=password]").count()), `${name} cannot log in`);
  }

  async leave() {
    await this.page.context().close();
    assert.deepEqual(this.troubles, [], "scripts and policies are in order");
  }

  /** Presses what leads to another page. */
  async press(what) {
    const target = typeof what === "string" ? this.page.locator(what).first() : what;
    await Promise.all([this.page.waitForEvent("load"), target.click()]);
  }

  /** Fills fields by their names. */
  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.page.locator(`#draft [name="${name}"], main form [name="${name}"]`).first();
      if (await field.evaluate((one) => one.matches("select"))) await field.selectOption(value);
      else await field.fill(value);
    }
  }

  /** One more entry of a list of the form. */
  async add(list, field) {
    await this.page.locator(`button[value="add:${list}"]`).click();
    await this.page.locator(`[name="${field}"]`).waitFor();
  }

  async state() {
    return this.page.locator(".head .state").innerText();
  }

  /** Reloads until something is there: the post goes by itself. */
  async await(selector) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      if (await this.page.locator(selector).count()) return;
      await this.page.waitForTimeout(250);
      await this.page.reload();
    }
    assert.fail(`${selector} does not come on ${this.page.url()}`);
  }

  /** Looks at the page as it is: for faults, for what sticks out on a phone, and for pictures. */
  async inspect(name) {
    const { site, page } = this;
    const key = `${name}-${this.language}`;
    // Without scripts there is nothing that looks; the pages are the same.
    if (!this.scripts || site.inspected.has(key)) return;
    site.inspected.add(key);
    const before = page.viewportSize();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= limit) return [];
        return [...document.querySelectorAll("main *")]
          .filter((one) => one.getBoundingClientRect().right > limit + 1 || one.getBoundingClientRect().left < -1)
          .slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
      });
      assert.deepEqual(wide, [], `${key}: wider than ${width} pixels`);
      // Structure and colours are the same in every language; the narrow page has most to go wrong.
      if (this.language === "en" || width === WIDTHS[0]) await this.check(`${key} at ${width}`);
      await this.picture(`${key}-${width}`);
    }
    await page.setViewportSize(before);
  }

  async picture(name) {
    if (!this.site.screenshots) return;
    mkdirSync(this.site.screenshots, { recursive: true });
    await this.page.screenshot({ path: join(this.site.screenshots, `${name}.png`), fullPage: true });
  }

  /** No serious fault of accessibility. */
  async check(name) {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => window.axe.run(document, {
      resultTypes: ["violations"],
    }));
    const grave = violations.filter((one) => ["serious", "critical"].includes(one.impact));
    const told = grave.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
    assert.deepEqual(told, [], `${name}: faults of accessibility`);
  }

  /** Bytes over the line for a page that nothing of is cached of. */
  async firstLoad(path) {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send("Network.enable");
    await session.send("Network.clearBrowserCache");
    let bytes = 0;
    session.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
    await this.page.goto(this.site.url + path, { waitUntil: "networkidle" });
    await session.detach();
    this.site.bytes.set(path.replace(/\d+/, "N"), bytes);
    assert(bytes > 0 && bytes < FIRST_LOAD_BYTES_MAX, `${path} costs ${bytes} bytes`);
    return bytes;
  }
}
