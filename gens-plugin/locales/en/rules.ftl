# What is wrong with a certificate and what to do about it, by the ids of the validator's rules (see
# RULES.md among the schemas). { $value } is what was found. The field is named before the text.

# The document cannot be read, or only with difficulty
rule-PC-XML-001 = The document is not well-formed XML: { $value }. Only its sender can mend it.
rule-PC-XML-002 = The document is empty. Only its sender can send it again.
rule-PC-XML-003 = The document is written in an encoding that cannot be read. It should be UTF-8.
rule-PC-XML-004 = The document has a DOCTYPE, which is refused for safety. Its sender should leave it out.
rule-PC-XML-005 = The document is larger or more deeply nested than is read here: { $value }.
rule-PC-XML-006 = A name in the document has no declared namespace: { $value }.
rule-PC-XML-007 = The document says that it is written in { $value }, but it is written in UTF-8.
rule-PC-XML-008 = The document is written in { $value }. UTF-8 would be safer.
rule-PC-XML-009 = The document was wrapped in Base64, which is not needed.
rule-PC-SCH-001 = This is no certificate: it begins with “{ $value }”.
rule-PC-SCH-002 = The document has something here that the international schema does not know: “{ $value }”.
rule-PC-SCH-003 = “{ $value }” is there more than once, and may be there only once.
rule-PC-SCH-004 = “{ $value }” lacks the namespace that it belongs to.
rule-PC-SCH-005 = There is text in a place where none belongs.
rule-PC-SCH-006 = The document mixes versions of the schema that do not belong together: { $value }.
rule-PC-SCH-007 = The document uses other versions of the schema than the hub: { $value }.
rule-PC-SCH-008 = “{ $value }” is in another version of the schema than what comes before it.
rule-PC-SCH-009 = Something that the schema asks for is missing here: “{ $value }”.
rule-PC-SCH-010 = There is no type of document “{ $value }”. It should be 851 (export) or 657 (re-export).
rule-PC-SCH-011 = There is no status “{ $value }”. It should be 70 (issued) or 40 (withdrawn).
rule-PC-SCH-012 = The number of the line, “{ $value }”, is no number. Lines are counted 1, 2, 3.
rule-PC-SCH-013 = The level of the packages, “{ $value }”, is no whole number.
rule-PC-SCH-014 = The mode of transport “{ $value }” cannot be read. Choose one from the list.
rule-PC-SCH-015 = “{ $value }” is no number. Write digits only, with a point before decimals: 1250.5
rule-PC-SCH-016 = “{ $value }” is no number. Write digits only, with a point before decimals: 1250.5
rule-PC-SCH-017 = “{ $value }” is no date. Choose a day, or write it as 2026-03-04.
rule-PC-SCH-018 = There is no status “{ $value }” of an acknowledgement.
rule-PC-SCH-019 = The attachment is damaged and cannot be opened.

# Something is missing
rule-PC-MAND-001 = The certificate’s number, type, status and date are missing.
rule-PC-MAND-002 = The consignment is missing.
rule-PC-MAND-003 = The type of the certificate is missing.
rule-PC-MAND-004 = The certificate has no number.
rule-PC-MAND-005 = The certificate has no status.
rule-PC-MAND-006 = The date of issue is missing.
rule-PC-MAND-007 = The name of the plant protection organization is missing. An administrator enters it in the settings.
rule-PC-MAND-008 = The exporting country is missing.
rule-PC-MAND-009 = Choose the country that the consignment goes to.
rule-PC-MAND-010 = Enter the name of the exporter.
rule-PC-MAND-011 = Enter the address of the exporter.
rule-PC-MAND-012 = Enter the name of the consignee. If the goods go to no one named, write “To order”.
rule-PC-MAND-013 = Enter the address of the consignee.
rule-PC-MAND-014 = Say how the consignment travels: add a means of conveyance.
rule-PC-MAND-015 = Choose by which mode the consignment travels.
rule-PC-MAND-016 = The consignment has no goods. Add a line.
rule-PC-MAND-017 = The consignment has no goods. Add a line.
rule-PC-MAND-018 = Enter the name of the produce.
rule-PC-MAND-019 = Choose the country in which the goods were grown or produced.
rule-PC-MAND-020 = Enter number and kind of packages. For goods without packages, describe that in words.
rule-PC-MAND-021 = The place of issue is missing. An administrator enters it in the settings or with the user.
rule-PC-MAND-022 = The name of the authorized officer is missing.
rule-PC-MAND-023 = The certifying statement is missing.
rule-PC-MAND-024 = The certifying statement for re-export is missing.
rule-PC-MAND-025 = Name the country that issued the original certificate.
rule-PC-MAND-026 = Enter the number of the original certificate.
rule-PC-MAND-027 = Enter the number of the certificate that this one replaces.

# Something is written in a way that readers may misunderstand
rule-PC-MAP-001 = “{ $value }” stands in another place than the schema has it.
rule-PC-MAP-002 = For this type of certificate only the form of the document was checked, not its content.
rule-PC-MAP-003 = The status “{ $value }” is not used for electronic certificates. It should be 70 (issued) or 40 (withdrawn).
rule-PC-MAP-004 = The document has a note on a subject that is not known: “{ $value }”.
rule-PC-MAP-005 = The note on “{ $value }” stands in a place where it does not belong.
rule-PC-MAP-006 = The note on “{ $value }” is empty. Complete it or remove it.
rule-PC-MAP-007 = The note on “{ $value }” cannot be read as what it should be: a number, a country, a date, or yes and no.
rule-PC-MAP-008 = The text of “{ $value }” is very long, and some readers may cut it off. Shorten it if you can.
rule-PC-MAP-009 = The treatment is written in a way that others may not read (“{ $value }”).
rule-PC-MAP-010 = The treatment says something that is not known: “{ $value }”.
rule-PC-MAP-011 = The treatment is not described in words. Say under “Further information” what was done.
rule-PC-MAP-012 = Choose a unit.
rule-PC-MAP-013 = The unit “{ $value }” is not known. Choose one from the list.
rule-PC-MAP-014 = There is no kind of package “{ $value }”. Choose one from the list.
rule-PC-MAP-015 = There is no mode of transport “{ $value }”. Choose one from the list.
rule-PC-MAP-016 = There is no country “{ $value }”. Choose one from the list.
rule-PC-MAP-017 = “{ $value }” is no UN/LOCODE. It has five letters, such as NLRTM; leave it empty if you do not know it.
rule-PC-MAP-018 = “{ $value }” is no code of the Harmonized System. Write 2 to 10 digits, without points.
rule-PC-MAP-019 = The date of issue, “{ $value }”, has no time of day.
rule-PC-MAP-020 = The number of the certificate is longer than 60 characters.
rule-PC-MAP-021 = “{ $value }” stands for a name that is not known. Leave the field empty instead.
rule-PC-MAP-022 = There is no official statement “{ $value }”.
rule-PC-MAP-023 = Enter the botanical name: genus and species at least.
rule-PC-MAP-024 = The intended use “{ $value }” is not in the list. Choose one from the list if one fits.
rule-PC-MAP-025 = Enter how much it is: a weight, a volume or another quantity.
rule-PC-MAP-026 = Say what the other quantity counts: stems, plants, tubers.
rule-PC-MAP-027 = “{ $value }” is no type of certificate. It should be 851 (export) or 657 (re-export).
rule-PC-MAP-028 = The kind of treatment “{ $value }” is not in the list. Choose one from the list, and say the rest in words.
rule-PC-MAP-029 = The code “{ $value }” is no active ingredient of the list. Enter its name and leave the code empty.

# Attachments
rule-PC-ATT-001 = The attachment does not say what kind of file it is. Attach it again as PDF, PNG, JPG or GIF.
rule-PC-ATT-002 = The attachment does not say what kind of file it is. Attach it again as PDF, PNG, JPG or GIF.
rule-PC-ATT-003 = Not everyone can open the attachment “{ $value }”. Attach PDF, PNG, JPG or GIF.
rule-PC-ATT-004 = The attachment is too large ({ $value } bytes). Each may have 3 MB at most.
rule-PC-ATT-005 = With its attachments the certificate is too large ({ $value } bytes). Remove some.
rule-PC-ATT-006 = It is not known how the attached document relates to the certificate (“{ $value }”).

# What the envelope says against what the certificate says
rule-PC-HDR-001 = It was sent under another number than the certificate’s own: { $value }.
rule-PC-HDR-002 = It was sent under another type than the certificate’s own: { $value }.
rule-PC-HDR-003 = It was sent under another status than the certificate’s own: { $value }.
rule-PC-HDR-004 = It was sent by another country than the exporting one: { $value }.
rule-PC-HDR-005 = It was sent to another country than the importing one: { $value }.

# Electronic signatures
rule-PC-SIG-001 = The document is not signed electronically.
rule-PC-SIG-002 = The signature cannot be verified, because the document cannot be read.
rule-PC-SIG-003 = The document has more than one signature.
rule-PC-SIG-004 = The signature stands in a wrong place.
rule-PC-SIG-005 = The signature is not written as it must be: { $value }.
rule-PC-SIG-006 = The signature uses a method that is not accepted here: { $value }.
rule-PC-SIG-007 = The signature uses a transformation that is not accepted here: { $value }.
rule-PC-SIG-008 = The signature is not about this document: it refers to “{ $value }”.
rule-PC-SIG-009 = It is not clear what was signed: two parts of the document have the name “{ $value }”.
rule-PC-SIG-010 = The signature uses an outdated method, SHA-1 ({ $value }).
rule-PC-SIG-011 = The signature does not fit the sender’s registered key: { $value }.
rule-PC-SIG-012 = The sender’s registered key is not valid at present: { $value }.
rule-PC-SIG-013 = The signature is not the registered sender’s. Ask the sender by another way before you trust the document.
rule-PC-SIG-014 = The document was changed after it was signed. Do not trust it; ask the sender.
rule-PC-SIG-015 = The signature cannot be verified: { $value }.
