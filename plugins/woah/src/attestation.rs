//! What veterinarians attest, by commodity. Two authorities agree on which of these they ask for;
//! what they worded themselves stands in the clause.

use phytohub_official_certificate::Attestation;

const fn row(
    id: &'static str,
    models: &'static [&'static str],
    text: &'static str,
    clause: &'static str,
) -> Attestation {
    Attestation { id, models, text, clause }
}

pub(crate) static ATTESTATIONS: &[Attestation] = &[
    row(
        "WOAH-CLINICAL",
        &["live-animals", "dogs-cats-ferrets", "laboratory-animals", "aquatic-animals"],
        "The animals showed no clinical sign of disease on the day of shipment.",
        "Terrestrial Code 5.10",
    ),
    row(
        "WOAH-FMD-LIVE",
        &["live-animals"],
        "The animals were kept since birth, or for at least the past three months, in a country, zone \
         or compartment free from foot and mouth disease.",
        "Terrestrial Code 8.8",
    ),
    row(
        "WOAH-BT-LIVE",
        &["live-animals"],
        "The animals were kept in a country or zone free from bluetongue, or were protected from \
         vectors and tested.",
        "Terrestrial Code 8.3",
    ),
    row(
        "WOAH-TB-BOVINE",
        &["live-animals"],
        "The animals originate from a herd free from infection with the Mycobacterium tuberculosis \
         complex.",
        "Terrestrial Code 8.12",
    ),
    row(
        "WOAH-BRU-BOVINE",
        &["live-animals", "germplasm"],
        "The animals originate from a herd free from infection with Brucella.",
        "Terrestrial Code 8.4",
    ),
    row(
        "WOAH-ASF-PIGS",
        &["live-animals", "products"],
        "The pigs come from a country, zone or compartment free from African swine fever.",
        "Terrestrial Code 15.1",
    ),
    row(
        "WOAH-EQUINE-AHS",
        &["live-animals"],
        "The horses come from a country or zone free from African horse sickness.",
        "Terrestrial Code 12.1",
    ),
    row(
        "WOAH-HPAI-LIVE",
        &["live-animals", "hatching-eggs"],
        "The birds, or the parent flock of the eggs, were kept in a country, zone or compartment free \
         from high pathogenicity avian influenza.",
        "Terrestrial Code 10.4",
    ),
    row(
        "WOAH-ND-LIVE",
        &["live-animals", "hatching-eggs"],
        "The birds, or the parent flock of the eggs, come from an establishment free from Newcastle \
         disease.",
        "Terrestrial Code 10.9",
    ),
    row(
        "WOAH-EGGS-SANITISED",
        &["hatching-eggs"],
        "The eggs were sanitised and packed in new or sanitised packaging.",
        "Terrestrial Code 6.5",
    ),
    row(
        "WOAH-BEES",
        &["live-animals"],
        "The apiary was inspected and showed no sign of foulbrood, Varroa of concern or small hive \
         beetle.",
        "Terrestrial Code 9",
    ),
    row(
        "WOAH-SEMEN-CENTRE",
        &["germplasm"],
        "The semen was collected, processed and stored in an approved centre under veterinary \
         supervision.",
        "Terrestrial Code 4.6, 4.7",
    ),
    row(
        "WOAH-EMBRYO-TEAM",
        &["germplasm"],
        "The embryos were collected, washed and stored by an approved team.",
        "Terrestrial Code 4.8",
    ),
    row(
        "WOAH-FMD-MEAT",
        &["products"],
        "The meat comes from animals that were slaughtered in an approved abattoir after ante- and \
         post-mortem inspection, in a country or zone free from foot and mouth disease.",
        "Terrestrial Code 8.8",
    ),
    row(
        "WOAH-FMD-MILK",
        &["products"],
        "The milk comes from animals in a country or zone free from foot and mouth disease, or was \
         treated to inactivate the virus.",
        "Terrestrial Code 8.8",
    ),
    row(
        "WOAH-HPAI-MEAT",
        &["products"],
        "The meat comes from poultry of a country, zone or compartment free from high pathogenicity \
         avian influenza, inspected before and after slaughter.",
        "Terrestrial Code 10.4",
    ),
    row(
        "WOAH-BSE",
        &["products"],
        "The products contain no tissues with specified risk, as the country's status for BSE asks.",
        "Terrestrial Code 11.4",
    ),
    row(
        "WOAH-WOOL",
        &["products"],
        "The wool was shorn from animals that showed no clinical sign of foot and mouth disease, or \
         was treated to inactivate the virus.",
        "Terrestrial Code 8.8",
    ),
    row(
        "WOAH-RABIES-VACC",
        &["dogs-cats-ferrets"],
        "The animal was vaccinated against rabies as the manufacturer recommends, and the vaccination \
         is valid.",
        "Terrestrial Code 8.14",
    ),
    row(
        "WOAH-RABIES-TITRE",
        &["dogs-cats-ferrets"],
        "A sample taken after vaccination had antibodies of at least 0.5 IU/ml.",
        "Terrestrial Code 8.14",
    ),
    row(
        "WOAH-LAB-COLONY",
        &["laboratory-animals"],
        "The animals come from a colony whose health is monitored, with the status stated here.",
        "Terrestrial Code 5.13",
    ),
    row(
        "WOAH-AQ-FREE",
        &["aquatic-animals", "aquatic-products"],
        "The animals, or those that the products come from, were in a country, zone or compartment \
         free from the listed diseases named here.",
        "Aquatic Code 5.11",
    ),
    row(
        "WOAH-AQ-PACKED",
        &["aquatic-products"],
        "The products were processed and packed under the control of the Competent Authority.",
        "Aquatic Code 5.11",
    ),
];
