# The certificate on paper, in the language of the certificate: the words of the models of ISPM 12
paper-title = Phytosanitary certificate
paper-title-reexport = Phytosanitary certificate for re-export
paper-organization = Plant Protection Organization of
paper-to = To: Plant Protection Organization(s) of
paper-number = No.
paper-consignment = I. Description of consignment
paper-exporter = Name and address of exporter
paper-consignee = Declared name and address of consignee
paper-packages = Number and description of packages
paper-marks = Distinguishing marks
paper-origin = Place of origin
paper-conveyance = Declared means of conveyance
paper-entry = Declared point of entry
paper-transit = Transit countries
paper-containers = Containers and seals
paper-name = Name of produce
paper-produce = Name of produce and quantity declared
paper-botanical = Botanical name of plants
paper-use = Intended use
paper-quantity = Quantity
paper-net = net
paper-gross = gross
paper-line = Line
# By the numbers of the official statements; those that name another certificate say so in its boxes.
paper-statement-1 = This is to certify that the plants, plant products or other regulated articles described herein have been inspected and/or tested according to appropriate official procedures and are considered to be free from the quarantine pests specified by the importing contracting party and to conform with the current phytosanitary requirements of the importing contracting party, including those for regulated non-quarantine pests.
paper-statement-2 = They are deemed to be practically free from other pests.
paper-statement-3 = This is to certify that the plants, plant products or other regulated articles described above were imported with the original phytosanitary certificate named here, that they are considered to conform with the current phytosanitary requirements of the importing contracting party, and that during storage in the re-exporting country the consignment has not been subjected to the risk of infestation or infection.
paper-statement-4 = This certificate replaces the certificate named here, which is no longer valid.
paper-statement-5 = No financial liability with respect to this certificate shall attach to the issuing organization or to any of its officers or representatives.
paper-declarations = II. Additional declaration
paper-treatments = III. Disinfestation and/or disinfection treatment
paper-treatment = Treatment
paper-chemical = Chemical (active ingredient)
paper-duration = Duration and temperature
paper-concentration = Concentration
paper-date = Date
paper-information = Additional information
paper-official = Other official information
paper-permit = Import permit
paper-attachments = Attachments
paper-none = None
paper-place = Place of issue
paper-officer = Name of authorized officer
paper-issued = Date
paper-signature = Signature
paper-stamp = Stamp of organization
paper-liability = No financial liability with respect to this certificate shall attach to the issuing organization or to any of its officers or representatives.
paper-electronic = This is a rendering of an electronic certificate.
paper-duplicate = DUPLICATE ORIGINAL No. { $name }
paper-duplicate-only = Duplicate original no. { $name }, in place of one that was lost or spoilt. Earlier originals are no longer valid.
paper-draft = DRAFT
paper-training = TRAINING
paper-copy = COPY
paper-withdrawn = WITHDRAWN
paper-back = Back
paper-print-hint = Print with your browser: Ctrl+P
paper-inspected = Inspected on
paper-reference = Other document
paper-hs = HS code
paper-goods-count = { $count ->
    [one] { $count } line
   *[other] { $count } lines
}
paper-treatments-count = { $count ->
    [one] { $count } treatment
   *[other] { $count } treatments
}
paper-see-annex = See Annex { $annex }
paper-annex = Annex { $annex } of { $annexes }
paper-annexed = { $title } No. { $number }
paper-page = Page { $page } of { $pages }
paper-compare = Compare this paper with what is on record. Code for details:
paper-compare-code = QR code: address of the page to compare this paper with
paper-unprintable = � stands for a character that cannot be printed; the electronic certificate has it.
