// Every page of the table of routes, looked at by whoever may see it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The patterns of `get(…)` in the table of routes. */
function patterns() {
  const table = readFileSync(new URL("../../src/web/table.rs", import.meta.url), "utf8");
  return [...table.matchAll(/^\s*get\("([^"]*)",/gm)].map(([, pattern]) => pattern);
}

/** Files to be saved, and nothing to look at. */
const isFile = (pattern) => /\.csv$|\/xml$|\/pdf$|\{file\}|\.zip$|\/archive/.test(pattern);

/** Steps have pages of their own in the story. */
const inStory = (pattern) => pattern.includes("{step}");

const firstLink = async (person, list) => {
  await person.go(list);
  const link = person.page.locator("tbody a").first();
  return (await link.count()) ? (await link.getAttribute("href")).split("/").at(-1) : "1";
};

export async function every(site, people, made, language) {
  const staff = [people.administrator, people.exporter, people.issuer, people.importer];
  const persons = [];
  for (const who of staff.filter(Boolean)) persons.push(await site.person(who, { language }));
  const [administrator] = persons;
  const ids = {
    users: await firstLink(administrator, "users"),
    organizations: "1",
    certificates: made.path.split("/")[1],
    imports: made.received.split("/")[1],
  };
  const token = made.publicPath.split("/").at(-1);
  const unseen = [];
  for (const pattern of patterns().filter((one) => !isFile(one) && !inStory(one))) {
    const path = pattern.replace("{token}", token)
      .replace("{id}", ids[pattern.split("/")[0]] ?? "1").replace(/\{\w+\}/g, "1");
    let seen = false;
    for (const person of persons) {
      const answer = await person.go(path);
      const isPage = answer.headers()["content-type"]?.startsWith("text/html");
      const isThere = answer.status() === 200 && isPage;
      if (!isThere) continue;
      await person.inspect(`page-${pattern.replace(/[/{}]+/g, "-") || "home"}`);
      seen = true;
      break;
    }
    if (!seen) unseen.push(pattern);
  }
  const visitor = await site.visitor({ language });
  for (const path of ["log-in", "register", `v/${token}`]) {
    await visitor.go(path);
    await visitor.inspect(`visitor-${path.split("/")[0]}`);
  }
  for (const path of ["certificates/999999999"]) {
    await administrator.go(path);
    await administrator.inspect("missing");
  }
  await visitor.leave();
  for (const person of persons) await person.leave();
  return unseen;
}
