/** A state, province or department. */
export interface Province {
  readonly country: string;
  readonly territory: number;
  readonly code: string;
  readonly name: string;
}

/** The 181 provinces, by territory. */
export const provinces: readonly Province[] = `
US 1: AK Alaska, HI Hawaii, ID Idaho, MT Montana, OR Oregon, WA Washington, WY Wyoming, NV Nevada
US 2: CT Connecticut, DC District of Columbia, DE Delaware, MA Massachusetts, MD Maryland, ME Maine, NH New Hampshire, NJ New Jersey, NY New York, PA Pennsylvania, RI Rhode Island, VT Vermont
US 3: IA Iowa, IL Illinois, IN Indiana, KS Kansas, MI Michigan, MN Minnesota, MO Missouri, ND North Dakota, NE Nebraska, OH Ohio, SD South Dakota, WI Wisconsin
US 4: AZ Arizona, CA California, CO Colorado, NM New Mexico, OK Oklahoma, TX Texas, UT Utah
US 5: AL Alabama, AR Arkansas, FL Florida, GA Georgia, KY Kentucky, LA Louisiana, MS Mississippi, NC North Carolina, SC South Carolina, TN Tennessee, VA Virginia, WV West Virginia
CA 6: AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Québec, SK Saskatchewan, YT Yukon
FR 7: 01 Ain, 02 Aisne, 03 Allier, 04 Alpes-de-Haute-Provence, 05 Hautes-Alpes, 06 Alpes-Maritimes, 07 Ardèche, 08 Ardennes, 09 Ariège, 10 Aube, 11 Aude, 12 Aveyron, 13 Bouches-du-Rhône, 14 Calvados, 15 Cantal, 16 Charente, 17 Charente-Maritime, 18 Cher, 19 Corrèze, 21 Côte-d'Or, 22 Côtes-d'Armor, 23 Creuse, 24 Dordogne, 25 Doubs, 26 Drôme, 27 Eure, 28 Eure-et-Loir, 29 Finistère, 30 Gard, 31 Haute-Garonne, 32 Gers, 33 Gironde, 34 Hérault, 35 Ille-et-Vilaine, 36 Indre, 37 Indre-et-Loire, 38 Isère, 39 Jura, 40 Landes, 41 Loir-et-Cher, 42 Loire, 43 Haute-Loire, 44 Loire-Atlantique, 45 Loiret, 46 Lot, 47 Lot-et-Garonne, 48 Lozère, 49 Maine-et-Loire, 50 Manche, 51 Marne, 52 Haute-Marne, 53 Mayenne, 54 Meurthe-et-Moselle, 55 Meuse, 56 Morbihan, 57 Moselle, 58 Nièvre, 59 Nord, 60 Oise, 61 Orne, 62 Pas-de-Calais, 63 Puy-de-Dôme, 64 Pyrénées-Atlantiques, 65 Hautes-Pyrénées, 66 Pyrénées-Orientales, 67 Bas-Rhin, 68 Haut-Rhin, 69 Rhône, 70 Haute-Saône, 71 Saône-et-Loire, 72 Sarthe, 73 Savoie, 74 Haute-Savoie, 75 Paris, 76 Seine-Maritime, 77 Seine-et-Marne, 78 Yvelines, 79 Deux-Sèvres, 80 Somme, 81 Tarn, 82 Tarn-et-Garonne, 83 Var, 84 Vaucluse, 85 Vendée, 86 Vienne, 87 Haute-Vienne, 88 Vosges, 89 Yonne, 90 Territoire de Belfort, 91 Essonne, 92 Hauts-de-Seine, 93 Seine-Saint-Denis, 94 Val-de-Marne, 95 Val-d'Oise
DE 8: BB Brandenburg, BE Berlin, BW Baden-Württemberg, BY Bayern, HB Bremen, HE Hessen, HH Hamburg, MV Mecklenburg-Vorpommern, NI Niedersachsen, NW Nordrhein-Westfalen, RP Rheinland-Pfalz, SH Schleswig-Holstein, SN Sachsen, TH Thüringen
AU 9: ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland, SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia
GB 10: ENG England
`
  .trim()
  .split("\n")
  .flatMap(parseTerritory);

/** Reads a country, a territory, and its provinces, each a code and a name. */
function parseTerritory(line: string): Province[] {
  const [heading = "", list = ""] = line.split(": ");
  const [country = "", territory = ""] = heading.split(" ");
  return list.split(", ").map((province) => {
    const [code = "", ...name] = province.split(" ");
    return { country, territory: Number(territory), code, name: name.join(" ") };
  });
}
