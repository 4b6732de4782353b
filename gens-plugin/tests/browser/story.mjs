// Drives the national system's pages in Chromium.
//
//   node story.mjs --url URL --people FILE [--screenshots DIR] [--only PART,PART]
//
// FILE says who takes part: {"exporter": {"tenant", "name", "password"}, "officer": …, "inspector": …,
// "issuer": …, "administrator": …, "importer": …}; the importer is of another country.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import assert from "node:assert/strict";
import { every } from "./every.mjs";
import { story } from "./flow.mjs";
import { keyboard } from "./keyboard.mjs";
import { expired, offline } from "./lost.mjs";
import { Site, start } from "./site.mjs";

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    people: { type: "string" },
    screenshots: { type: "string" },
    only: { type: "string" },
  },
});
assert(values.url && values.people, "usage: story.mjs --url URL --people FILE [--screenshots DIR] [--only PART,PART]");
const people = JSON.parse(readFileSync(values.people, "utf8"));
const wanted = values.only?.split(",");

const browser = await start();
const site = new Site(browser, values.url, values.screenshots);

async function part(name, run) {
  if (wanted && !wanted.includes(name)) return;
  const began = performance.now();
  try {
    await run();
  } catch (error) {
    error.message = `${name}: ${error.message}`;
    throw error;
  }
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function whole(language) {
  const made = await story(site, people, { language });
  const unseen = await every(site, people, made, language);
  assert.deepEqual(unseen, [], "every page is seen by somebody");
}

async function firstLoads() {
  const visitor = await site.visitor();
  await visitor.firstLoad("log-in");
  await visitor.leave();
  const exporter = await site.person(people.exporter);
  await exporter.press('form[action$="/certificates/new"] button');
  for (const path of [exporter.path, "", "certificates"]) await exporter.firstLoad(path);
  await exporter.leave();
  for (const [path, bytes] of site.bytes) console.log(`  ${path || "(home)"}: ${bytes} bytes on first load`);
}

try {
  // Side by side: a slow line leaves a machine idle.
  await Promise.all([
    (async () => {
      await part("english", () => whole("en"));
      await part("keyboard", () => keyboard(site, people));
    })(),
    (async () => {
      await part("arabic", () => whole("ar"));
      await part("offline", () => offline(site, people));
    })(),
    part("slow", () => story(site, people, { slow: true })),
    (async () => {
      await part("first-load", firstLoads);
      await part("no-scripts", () => story(site, people, { scripts: false }));
      await part("expired", () => expired(site, people));
    })(),
  ]);
} finally {
  await browser.close();
}
