/** Category and name of the 37 subcategories. */
export const subcategories: readonly (readonly [category: number, name: string])[] = [
  "Mountain Bikes,Road Bikes,Touring Bikes",
  "Handlebars,Bottom Brackets,Brakes,Chains,Cranksets,Derailleurs,Forks,Headsets,Mountain Frames,Pedals,Road Frames,Saddles,Touring Frames,Wheels",
  "Bib-Shorts,Caps,Gloves,Jerseys,Shorts,Socks,Tights,Vests",
  "Bike Racks,Bike Stands,Bottles and Cages,Cleaners,Fenders,Helmets,Hydration Packs,Lights,Locks,Panniers,Pumps,Tires and Tubes",
].flatMap((names, index) => names.split(",").map((name) => [index + 1, name] as const));

/** Identifier and name of the 8 cultures, in the order of their identifiers; the invariant one is blank. */
export const cultures = [
  ["", "Invariant Language (Invariant Country)"],
  ["ar", "Arabic"],
  ["en", "English"],
  ["fr", "French"],
  ["he", "Hebrew"],
  ["th", "Thai"],
  ["zh-cht", "Chinese"],
  ["zh-hk", "Chinese (Hong Kong)"],
] as const;

/** Descriptions by culture. */
export const descriptions: Readonly<Record<string, readonly string[]>> = {
  ar: [
    "تصميم جديد لسباقات الطرق مع إطار خفيف الوزن من الألومنيوم.",
    "مناسبة لأي نوع من ركوب الدراجات على الطرق أو خارجها.",
  ],
  en: [
    "Chromoly steel.",
    "Aluminum alloy cups; large diameter spindle.",
    "This bike delivers a high-level of performance on a budget. It is responsive and maneuverable.",
    "Suitable for any type of off-road trip. Fits any budget — “really” any.",
  ],
  fr: [
    "Acier chromé.",
    "Cuvettes en alliage d'aluminium ; axe de diamètre élevé.",
    "Vélo de qualité, à un prix très étudié : idéal pour les débutants, agréable à l'usage.",
  ],
  he: ["פלדת כרומולי.", "כוסות מסגסוגת אלומיניום; ציר בקוטר גדול."],
  th: ["เหล็กโครโมลี่", "ถ้วยอะลูมิเนียมอัลลอย แกนหมุนเส้นผ่านศูนย์กลางขนาดใหญ่"],
  "zh-cht": ["鉻鉬鋼。", "鋁合金碗杯；大直徑軸心。", "適合任何類型的越野旅行。符合各種預算。"],
};
