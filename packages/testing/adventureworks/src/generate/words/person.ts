/** Given names, of many languages and scripts. */
export const firstNames: readonly string[] = words(`
  Ken Terri Roberto Rob Gail Jossef Dylan Diane Gigi Michael Ovidiu Thierry Janice Sharon David Kevin John Mary
  Wanida Jeffrey Anna Isabella Lucía Sofía Martín Andrés Íñigo Núria João Conceição Zoë Chloë François Hélène Jérôme
  Gaël Françoise Jürgen Günther Björn Åsa Søren Øyvind Þóra Ásdís Łukasz Małgorzata Żaneta Jiří Řehoř Šárka Ľubica
  Ağaç Çağla İpek Ştefan Ioana Ödön Zsófia Ékaterina Юлия Дмитрий Яна Ольга Олександр Ελένη Γιώργος אברהם שרה
  محمد فاطمة 伟 芳 小龙 明子 健太 さくら 지훈 서연 สมชาย Nguyễn Thị Đặng Ngọc`);

/** Family names, of many languages and scripts. */
export const lastNames: readonly string[] = words(`
  Sánchez Duffy Tamburello Walters Erickson Goldberg Miller Margheim Matthew Raheem Cracium D'Hers Galvin Sullivan
  Salavaria Brown Campbell Adams Anderson Alexander Bailey O'Brien O’Connor Smith-Jones Müller Schröder Weiß Strauß
  Größmann Jäger Königsberg Lefèvre Dupré Besnard Châtelain Garçon Peña Ibáñez Muñoz Ordóñez Gonçalves Araújo Simões
  Håkansson Åkerström Bjørnsen Kjærgård Østergaard Þorsteinsson Guðmundsdóttir Wójcik Kowalczyk Żółć Dvořák Novotný
  Šťastný Horváth Szűcs Őry Yıldız Çelik Öztürk Şahin Popescu Țăranu Петров Щербакова Ковальчук Παπαδόπουλος כהן
  الحسن 王 李 张 歐陽 佐藤 鈴木 고바야시 김 이 พงษ์ Trần Phạm de_la_Cruz van_der_Meer 𠮷田`);

/** Reads words parted by blanks; an underscore stands for a blank within a name. */
function words(text: string): string[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll("_", " "));
}
