/** Where the addresses of a territory lie: cities, street names, and how postal codes are written (`#` a digit, `@` a letter). */
export interface Place {
  readonly cities: readonly string[];
  readonly streets: readonly string[];
  readonly postalCode: string;
  /** A point near the cities: longitude and latitude in 0.000001 degree. */
  readonly longitude: number;
  readonly latitude: number;
}

const american = [
  "Main Street",
  "Mt. Dell Drive",
  "Oak Grove Road",
  "Peachwillow Street",
  "Sequoia Avenue",
  "Calle de la Mañana",
  "N. 36th Court",
  "Boxer Blvd.",
] as const;
const american1 = { streets: american, postalCode: "#####" } as const;

/** Places by TerritoryID, from 1. */
export const places: readonly Place[] = [
  {
    ...american1,
    cities: ["Bothell", "Seattle", "Portland", "Redmond", "Cañon Beach", "Coeur d'Alene"],
    longitude: -122_200_000,
    latitude: 47_700_000,
  },
  {
    ...american1,
    cities: ["New York", "Boston", "Nashua", "Cheektowaga", "Norwood", "Saint-Agnès"],
    longitude: -72_500_000,
    latitude: 42_100_000,
  },
  {
    ...american1,
    cities: ["Chicago", "Duluth", "Zeeland", "Carol Stream", "Detroit", "Fond du Lac"],
    longitude: -88_100_000,
    latitude: 41_900_000,
  },
  {
    ...american1,
    cities: [
      "Dallas",
      "San José",
      "Los Angeles",
      "La Cañada Flintridge",
      "Española",
      "Salt Lake City",
    ],
    longitude: -112_300_000,
    latitude: 35_200_000,
  },
  {
    ...american1,
    cities: ["Miami", "Atlanta", "Memphis", "New Orleans", "Raleigh", "Charlotte"],
    longitude: -84_400_000,
    latitude: 33_700_000,
  },
  {
    cities: ["Montréal", "Toronto", "Québec", "Trois-Rivières", "Vancouver", "Saint John’s"],
    streets: [
      "rue de l'Église",
      "King Street West",
      "boulevard René-Lévesque",
      "Côte-de-Liesse",
      "Yonge Street",
    ],
    postalCode: "@#@ #@#",
    longitude: -75_600_000,
    latitude: 45_400_000,
  },
  {
    cities: [
      "Paris",
      "Orléans",
      "Saint-Étienne",
      "Besançon",
      "Nîmes",
      "Le Kremlin-Bicêtre",
      "Évry",
    ],
    streets: [
      "rue de Varenne",
      "avenue de l’Union Centrale",
      "place Beaugrenelle",
      "rue de la Comédie",
      "allée des Princes",
      "impasse Sainte-Thérèse",
    ],
    postalCode: "#####",
    longitude: 2_350_000,
    latitude: 48_850_000,
  },
  {
    cities: [
      "Berlin",
      "München",
      "Köln",
      "Düsseldorf",
      "Saarbrücken",
      "Mühlheim an der Ruhr",
      "Königs Wusterhausen",
    ],
    streets: [
      "Königsallee",
      "Straße des 17. Juni",
      "Hüttenstr.",
      "Am Grünen Weg",
      "Brunnenstr.",
      "Fürstenplatz",
    ],
    postalCode: "#####",
    longitude: 13_400_000,
    latitude: 52_520_000,
  },
  {
    cities: ["Sydney", "Melbourne", "Caloundra", "Geelong", "Goulburn", "Wollongong"],
    streets: ["Pitt Street", "Wharf Road", "Wattle Lane", "Great Ocean Road"],
    postalCode: "####",
    longitude: 151_200_000,
    latitude: -33_860_000,
  },
  {
    cities: ["London", "York", "Leeds", "Cheltenham", "Milton Keynes", "Berwick-upon-Tweed"],
    streets: ["High Street", "King’s Road", "Café Row", "Parkstone Lane", "St. James’s Mews"],
    postalCode: "@@# #@@",
    longitude: -127_000,
    latitude: 51_507_000,
  },
];
