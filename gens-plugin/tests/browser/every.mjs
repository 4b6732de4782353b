// Every page of the table of routes, looked at by whoever may see it.
import { readFileSync } from "node:fs";

/** The patterns of `get(…)` in the table of routes. */
function patterns() {
  const table = readFileSync(new URL("../../src/web/table.rs", import.meta.url), "utf8");
  return [...table.matchAll(/^\s*get\("([^"]*)",/gm)].map(([, pattern]) => pattern);
}

/** Files to be saved, and nothing to look at. */
const isFile = (pattern) => /\.csv$|\/xml$|\/pdf$|\{file\}$/.test(pattern);

/** What the story looks at, in several states. */
const IN_STORY = ["", "certificates/{id}", "certificates/{id}/edit", "certificates/{id}/paper",
  "certificates/{id}/steps/{step}", "certificates/{id}/lost", "imports", "imports/{id}", "imports/{id}/paper"];

/** For whoever is not logged in. */
const OF_VISITORS = ["log-in", "register", "v/{token}"];

/** Only there after a restore, which the hub's tests go through. */
const AFTER_RESTORE = ["differences/{id}"];

/** Certificates of a list that are looked into for where they lead to. */
const LOOKED_INTO_MAX = 12;

const fits = (pattern) => new RegExp(`^${pattern.replace(/\{\w+\}/g, "(?!new\\b)[^/?#]+")}$`);

/** Where pages of a person lead to, below the prefix; read without being shown. */
async function led(person, from) {
  const prefix = new URL(person.site.url).pathname;
  const found = new Set();
  const read = async (path) => {
    const answer = await person.page.context().request.get(person.site.url + path);
    const html = answer.ok() ? await answer.text() : "";
    const all = [...html.matchAll(/(?:href|action)="([^"?#]*)/g)].map(([, href]) => href);
    const own = all.filter((href) => href.startsWith(prefix)).map((href) => href.slice(prefix.length));
    for (const path of own) found.add(path);
  };
  for (const path of from) await read(path);
  const one = /^(certificates|users|organizations)\/[^/.]+$/;
  const details = [...found].filter((path) => one.test(path)).slice(0, LOOKED_INTO_MAX);
  for (const path of details) await read(path);
  return found;
}

/** Looks at every page; answers the patterns of those that nobody could see. */
export async function every(site, people, made, language) {
  const { administrator, exporter, issuer, importer } = people;
  const persons = [];
  for (const who of [administrator, exporter, issuer, importer]) {
    const person = await site.person(who, { language });
    const from = ["certificates", "users", "organizations", made.path, `${made.path}/versions`];
    persons.push({ person, led: await led(person, from) });
  }
  const unseen = [];
  const passed = [...IN_STORY, ...OF_VISITORS, ...AFTER_RESTORE];
  for (const pattern of patterns().filter((one) => !isFile(one) && !passed.includes(one))) {
    let seen = false;
    for (const { person, led } of persons) {
      const [, kind, below] = pattern.match(/^(users|organizations)\/\{id\}\/(.*)$/) ?? [];
      const near = kind && [...led].find((path) => fits(`${kind}/{id}`).test(path));
      // Not everything that one may do with somebody is offered to be done now.
      const path = [...led].find((path) => fits(pattern).test(path))
        ?? (near ? `${near}/${below}` : pattern);
      if (path.includes("{")) continue;
      const answer = await person.go(path);
      const isPage = answer.headers()["content-type"]?.startsWith("text/html");
      if (answer.status() !== 200 || !isPage) continue;
      await person.inspect(`page-${pattern.replace(/[/{}]+/g, "-")}`);
      seen = true;
      break;
    }
    if (!seen) unseen.push(pattern);
  }
  const visitor = await site.visitor({ language });
  for (const path of ["log-in", "register", `v/${made.publicPath.split("/").at(-1)}`]) {
    await visitor.go(path);
    await visitor.inspect(`visitor-${path.split("/")[0]}`);
  }
  await visitor.leave();
  const [{ person }] = persons;
  await person.go("certificates/999999999");
  await person.inspect("missing");
  for (const { person } of persons) await person.leave();
  return unseen;
}
