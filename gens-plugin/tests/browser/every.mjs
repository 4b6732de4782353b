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

/** What the story looks at, in several states. */
const IN_STORY = ["", "certificates/{id}", "certificates/{id}/edit", "certificates/{id}/paper",
  "certificates/{id}/steps/{step}", "imports", "imports/{id}", "imports/{id}/paper"];

/** The first of a list that its page leads to. */
const firstOf = async (person, list) => {
  await person.go(list);
  const [, id] = (await person.page.content()).match(new RegExp(`/${list}/(?!new)([\\w-]+)`)) ?? [];
  return id ?? "1";
};

export async function every(site, people, made, language) {
  const staff = [people.administrator, people.exporter, people.issuer, people.importer];
  const persons = [];
  for (const who of staff.filter(Boolean)) persons.push(await site.person(who, { language }));
  const [administrator] = persons;
  const ids = {
    users: await firstOf(administrator, "users"),
    organizations: await firstOf(administrator, "organizations"),
    certificates: made.path.split("/")[1],
    imports: made.received.split("/")[1],
  };
  const token = made.publicPath.split("/").at(-1);
  const unseen = [];
  const toVisitors = ["log-in", "register", "v/{token}"];
  for (const pattern of patterns().filter((one) => !isFile(one) && ![...IN_STORY, ...toVisitors].includes(one))) {
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
  await administrator.go("certificates/999999999");
  await administrator.inspect("missing");
  await visitor.leave();
  for (const person of persons) await person.leave();
  return unseen;
}
