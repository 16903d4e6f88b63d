/** Codes and names of the 105 currencies (ISO 4217), in code order. */
export const currencies: readonly (readonly [code: string, name: string])[] = `
AED United Arab Emirates Dirham
ANG Netherlands Antillean Guilder
ARS Argentine Peso
ATS Austrian Schilling
AUD Australian Dollar
AWG Aruban Florin
BBD Barbadian Dollar
BDT Bangladeshi Taka
BEF Belgian Franc
BGN Bulgarian Lev
BHD Bahraini Dinar
BMD Bermudan Dollar
BND Brunei Dollar
BOB Bolivian Boliviano
BRL Brazilian Real
BSD Bahamian Dollar
BTN Bhutanese Ngultrum
BZD Belize Dollar
CAD Canadian Dollar
CDF Congolese Franc
CHF Swiss Franc
CLP Chilean Peso
CNY Chinese Yuan
COP Colombian Peso
CRC Costa Rican Colón
CYP Cypriot Pound
CZK Czech Koruna
DEM German Mark
DKK Danish Krone
DOP Dominican Peso
DZD Algerian Dinar
EEK Estonian Kroon
EGP Egyptian Pound
ESP Spanish Peseta
ETB Ethiopian Birr
EUR Euro
FIM Finnish Markka
FJD Fijian Dollar
FKP Falkland Islands Pound
FRF French Franc
GBP British Pound
GHS Ghanaian Cedi
GRD Greek Drachma
GTQ Guatemalan Quetzal
HKD Hong Kong Dollar
HRK Croatian Kuna
HUF Hungarian Forint
IDR Indonesian Rupiah
IEP Irish Pound
ILS Israeli New Shekel
INR Indian Rupee
ISK Icelandic Króna
ITL Italian Lira
JMD Jamaican Dollar
JOD Jordanian Dinar
JPY Japanese Yen
KES Kenyan Shilling
KRW South Korean Won
KWD Kuwaiti Dinar
LBP Lebanese Pound
LKR Sri Lankan Rupee
LTL Lithuanian Litas
LVL Latvian Lats
MAD Moroccan Dirham
MTL Maltese Lira
MUR Mauritian Rupee
MVR Maldivian Rufiyaa
MXN Mexican Peso
MYR Malaysian Ringgit
NAD Namibian Dollar
NGN Nigerian Naira
NLG Dutch Guilder
NOK Norwegian Krone
NPR Nepalese Rupee
NZD New Zealand Dollar
OMR Omani Rial
PAB Panamanian Balboa
PEN Peruvian Sol
PHP Philippine Peso
PKR Pakistani Rupee
PLN Polish Zloty
PTE Portuguese Escudo
PYG Paraguayan Guarani
QAR Qatari Riyal
ROL Romanian Leu (1952)
RUB Russian Ruble
SAR Saudi Riyal
SEK Swedish Krona
SGD Singapore Dollar
SIT Slovenian Tolar
SKK Slovak Koruna
SVC Salvadoran Colón
THB Thai Baht
TND Tunisian Dinar
TRY Turkish Lira
TTD Trinidad & Tobago Dollar
TWD New Taiwan Dollar
UAH Ukrainian Hryvnia
USD US Dollar
UYU Uruguayan Peso
VEB Venezuelan Bolívar (1871)
VND Vietnamese Dong
XPF CFP Franc
ZAR South African Rand
ZWD Zimbabwean Dollar (1980)
`
  .trim()
  .split("\n")
  .map((line) => [line.slice(0, 3), line.slice(4)] as const);

/** The 109 pairs of a country and a currency that is or was paid there, in that order. */
export const countryCurrencies: readonly (readonly [country: string, currency: string])[] = `
AE AED, AR ARS, AT ATS, AT EUR, AU AUD, BB BBD, BD BDT, BE BEF, BE EUR, BG BGN, BH BHD, BN BND, BO BOB, BR BRL
BS BSD, BT BTN, CA CAD, CH CHF, CL CLP, CN CNY, CO COP, CR CRC, CY CYP, CZ CZK, DE DEM, DE EUR, DK DKK, DO DOP
DZ DZD, EC USD, EE EEK, EG EGP, ES ESP, ES EUR, FI EUR, FI FIM, FJ FJD, FR EUR, FR FRF, GB GBP, GH GHS, GR EUR
GR GRD, GT GTQ, HK HKD, HR HRK, HU HUF, ID IDR, IE EUR, IE IEP, IL ILS, IN INR, IS ISK, IT EUR, IT ITL, JM JMD
JO JOD, JP JPY, KE KES, KR KRW, KW KWD, LB LBP, LK LKR, LT LTL, LV LVL, MA MAD, MT MTL, MU MUR, MV MVR
MX MXN, MY MYR, NA NAD, NG NGN, NL EUR, NL NLG, NO NOK, NP NPR, NZ NZD, OM OMR, PA PAB, PE PEN, PF XPF, PH PHP
PK PKR, PL PLN, PT EUR, PT PTE, PY PYG, QA QAR, RO ROL, RU RUB, SA SAR, SE SEK, SG SGD, SI SIT, SK SKK, SV SVC
TH THB, TN TND, TR TRY, TT TTD, TW TWD, UA UAH, US USD, UY UYU, VE VEB, VN VND, ZA ZAR, ZW ZWD
`
  .trim()
  .split(/,?\s*\n|, /)
  .map((pair) => [pair.slice(0, 2), pair.slice(3)] as const);
