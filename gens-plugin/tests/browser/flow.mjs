// A certificate's whole way: from an exporter in one country to an officer in another.
import assert from "node:assert/strict";

/** A complete application; texts of an exporter, apart from codes the same in every language. */
export const APPLICATION = {
  "exporter.name": "Volta Fresh Exports",
  "exporter.address": "12 Harbour Road\nTema",
  "consignee.name": "Amstel Fruit Import",
  "consignee.address": "Kade 4\nRotterdam",
  "point_of_entry.name": "Rotterdam",
  "transports.0.mode": "1",
  "transports.0.means": "MV Adinkra",
  "lines.0.produce": "Fresh mangoes",
  "lines.0.botanical_name": "Mangifera indica",
  "lines.0.net_weight.value": "1200.5",
  "lines.0.net_weight.unit": "KGM",
  "lines.0.packages.0.quantity": "300",
};

/** Fields that suggest codes: filled in after the others, as people do. */
const coded = (destination, origin) => ({
  destination,
  "lines.0.origins.0.country": origin,
  "lines.0.packages.0.kind": "CT",
});

const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

/** Presses the step of a certificate's page, and what confirms it. */
export async function take(person, step, fields = {}) {
  const before = person.path;
  await person.press(`a[href$="/steps/${step}"]`);
  await person.inspect(`step-${step}`);
  if (await person.page.locator("[name=password]").count()) fields = { ...fields, password: person.password };
  await person.fill(fields);
  await person.press("main form button.button");
  assert.equal(person.path, before, `after ${step}: ${await person.page.locator("main").innerText()}`);
}

/** Enters an application, with an attachment, and hands it in; answers its path. */
export async function apply(exporter, { to, scripts }) {
  await exporter.go("");
  await exporter.inspect("home");
  await exporter.press('form[action$="/certificates/new"] button');
  await exporter.inspect("form-empty");
  const path = exporter.path.replace("/edit", "");
  const { page } = exporter;
  await exporter.fill({ ...APPLICATION, ...coded(to.tenant, exporter.tenant) });
  await exporter.add("lines", "lines.1.produce");
  assert.equal(await page.inputValue('[name="lines.0.produce"]'), "Fresh mangoes");
  await page.locator('button[value="remove:lines.1"]').click();
  await page.locator('[name="lines.1.produce"]').waitFor({ state: "detached" });
  await exporter.add("declarations", "declarations.0.text");
  await exporter.fill({ "declarations.0.text": "Free from Ceratitis cosyra." });
  if (scripts) {
    // Autosave tells so, politely.
    await page.locator("#saved", { hasText: /\S/ }).waitFor();
  } else {
    await exporter.press('button[value="save"].button');
  }
  await page.setInputFiles("#file", { name: "invoice.pdf", mimeType: "application/pdf", buffer: PDF });
  await exporter.press('form[action$="/attachments"] button');
  assert.match(await page.locator(".files").innerText(), /invoice\.pdf/);
  assert.equal(await page.inputValue('[name="declarations.0.text"]'), "Free from Ceratitis cosyra.");
  await exporter.inspect("form-filled");
  await exporter.press('button[value="finish"]');
  assert.equal(exporter.path, path);
  assert.equal(await page.locator("#check-title ~ .findings").count(), 0, await page.locator("main").innerText());
  await exporter.inspect("certificate-draft");
  await take(exporter, "submit");
  return path;
}

/** Prints the original, loses it, and prints a duplicate. */
async function lose(issuer, path) {
  const print = async () => {
    const [file] = await Promise.all([
      issuer.page.waitForEvent("download"),
      issuer.page.locator('form[action$="/print"] button').click(),
    ]);
    assert.match(file.suggestedFilename(), /\.pdf$/);
    await issuer.go(path);
  };
  await print();
  await issuer.press('a[href$="/lost"]');
  await issuer.inspect("lost");
  await issuer.fill({ reason: "It fell into the harbour.", password: issuer.password });
  await issuer.press("main form button.button");
  assert.equal(issuer.path, path);
  await issuer.inspect("certificate-lost");
  await print();
  assert.equal(await issuer.page.locator('form[action$="/print"]').count(), 0, "each is printed once");
}

/** The whole story; answers what was made, for whoever wants to look at it. */
export async function story(site, people, options = {}) {
  const { language, slow, scripts = true } = options;
  const own = { language, slow, scripts };
  const open = async (who) => Object.assign(await site.person(who, own), { tenant: who.tenant });
  const { exporter: trader, officer: desk, inspector: field, issuer: head, importer: port } = people;

  const exporter = await open(trader);
  const path = await apply(exporter, { to: port, scripts });

  const officer = await open(desk);
  await officer.inspect("home-officer");
  await officer.go(path);
  await take(officer, "return", { reason: "The marks on the packages are missing." });

  await exporter.go("");
  await exporter.go(path);
  assert.match(await exporter.page.locator(".notice.bad").innerText(), /marks on the packages/);
  await exporter.inspect("certificate-returned");
  await exporter.press(`a[href$="${path}/edit"]`);
  await exporter.fill({ marks: "VFE 1-300" });
  await exporter.inspect("form-returned");
  await exporter.press('button[value="finish"]');
  await take(exporter, "submit");

  const inspector = await open(field);
  await inspector.go(path);
  await take(inspector, "inspect", { reason: "Ten cartons were opened." });
  await officer.go(path);
  await take(officer, "approve");
  await officer.leave();
  await inspector.leave();

  const issuer = await open(head);
  await issuer.inspect("home-issuer");
  await issuer.go(path);
  await issuer.press(`a[href$="${path}/paper"]`);
  await issuer.inspect("paper-draft");
  await issuer.go(path);
  await take(issuer, "issue");
  const number = (await issuer.page.locator("h1").innerText()).trim();
  // What the hub says of the delivery comes by itself.
  await issuer.await(".track .now:last-child");
  await issuer.inspect("certificate-delivered");
  const publicPath = await issuer.page.locator("dd", { hasText: "/v/" }).innerText();
  // Papers are large for a slow line, and no larger there than here.
  if (!slow) await lose(issuer, path);

  const importer = await open(port);
  await importer.inspect("home-importer");
  await importer.go("imports");
  await importer.inspect("imports");
  await importer.page.fill("[name=q]", number);
  await importer.press("form[role=search] button");
  assert.equal(await importer.page.locator("tbody th").count(), 1, `${number} is found once`);
  await importer.press("tbody th a");
  const received = importer.path;
  await importer.inspect("import");
  await importer.press(`a[href$="${received}/paper"]`);
  await importer.inspect("import-paper");
  assert.match(await importer.page.locator("main").innerText(), /Mangifera indica/);
  await importer.go(received);
  await importer.page.locator("[name=decision][value=accepted]").check();
  await importer.press('form[action$="/decide"] button');
  await importer.inspect("import-accepted");
  assert.match(await importer.page.locator("#decision ~ p, section[aria-labelledby=decision]").first().innerText(), /\S/);

  await issuer.go(path);
  await take(issuer, "withdraw", { reason: "The consignment was not shipped." });
  await issuer.inspect("certificate-withdrawn");
  await importer.await(".head .state.bad");
  await importer.inspect("import-withdrawn");
  await exporter.leave();
  await issuer.leave();
  await importer.leave();
  return { path, received, number, publicPath };
}
