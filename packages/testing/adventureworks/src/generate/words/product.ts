/** Names of the 128 product models; the first 40 are bikes and their frames. */
export const modelNames: readonly string[] = `
Road-150
Road-150 Frame
Road-250
Road-250 Frame
Road-350-W
Road-350-W Frame
Road-450
Road-450 Frame
Road-550-W
Road-550-W Frame
Road-650
Road-650 Frame
Road-750
Road-750 Frame
Mountain-100
Mountain-100 Frame
Mountain-200
Mountain-200 Frame
Mountain-300
Mountain-300 Frame
Mountain-400-W
Mountain-400-W Frame
Mountain-500
Mountain-500 Frame
Touring-1000
Touring-1000 Frame
Touring-2000
Touring-2000 Frame
Touring-3000
Touring-3000 Frame
Gravel-10 Édition
Gravel-10 Édition Frame
Gravel-20 Édition
Gravel-20 Édition Frame
Stadtrad Größe 1
Stadtrad Größe 1 Frame
Stadtrad Größe 2
Stadtrad Größe 2 Frame
Vélo de ville
Vélo de ville Frame
Classic Vest
Cycling Cap
Full-Finger Gloves
Half-Finger Gloves
Long-Sleeve Logo Jersey
Short-Sleeve Classic Jersey
Men's Bib-Shorts
Men's Sports Shorts
Women's Mountain Shorts
Women's Tights
Mountain Bike Socks
Racing Socks
All-Purpose Bike Stand
Bike Wash – Dissolver
Cable Lock
Chain
Fender Set – Mountain
Front Brakes
Front Derailleur
Headlights – Dual-Beam
Headlights – Weatherproof
Hitch Rack – 4-Bike
HL Bottom Bracket
HL Crankset
HL Fork
HL Headset
HL Mountain Front Wheel
HL Mountain Handlebars
HL Mountain Pedal
HL Mountain Rear Wheel
HL Mountain Seat/Saddle
HL Mountain Tire
HL Road Front Wheel
HL Road Handlebars
HL Road Pedal
HL Road Rear Wheel
HL Road Seat/Saddle
HL Road Tire
HL Touring Handlebars
HL Touring Seat/Saddle
Hydration Pack – 70 oz.
LL Bottom Bracket
LL Crankset
LL Fork
LL Headset
LL Mountain Front Wheel
LL Mountain Handlebars
LL Mountain Pedal
LL Mountain Rear Wheel
LL Mountain Seat/Saddle
LL Mountain Tire
LL Road Front Wheel
LL Road Handlebars
LL Road Pedal
LL Road Rear Wheel
LL Road Seat/Saddle
LL Road Tire
LL Touring Handlebars
LL Touring Seat/Saddle
Minipump
ML Bottom Bracket
ML Crankset
ML Fork
ML Headset
ML Mountain Front Wheel
ML Mountain Handlebars
ML Mountain Pedal
ML Mountain Rear Wheel
ML Mountain Seat/Saddle
ML Mountain Tire
ML Road Front Wheel
ML Road Pedal
ML Road Rear Wheel
ML Road Seat/Saddle
ML Road Tire
ML Touring Seat/Saddle
Mountain Bottle Cage
Mountain Pump
Patch Kit
Rear Brakes
Rear Derailleur
Road Bottle Cage
Road Tire Tube
Sport-100 Helmet
Taillight
Touring Front Wheel
Touring-Panniers
Water Bottle – 0,9 ℓ
`
  .trim()
  .split("\n");

/** Names of components, which repeat with a number. */
export const components: readonly string[] = `
Adjustable Race
Bearing Ball
BB Ball Bearing
Headset Ball Bearings
Blade
LL Crankarm
ML Crankarm
HL Crankarm
Chainring Bolts
Chainring Nut
Chainring
Crown Race
Chain Stays
Decal 1
Decal 2
Down Tube
Mountain End Caps
Road End Caps
Touring End Caps
Fork End
Freewheel
Flat Washer
Fork Crown
Front Derailleur Cage
Front Derailleur Linkage
Guide Pulley
LL Grip Tape
HL Grip Tape
Thin-Jam Hex Nut
Hex Nut
HL Hub
Lock Nut
Lock Washer
LL Shell
Metal Angle
Metal Bar
Metal Plate
Metal Sheet
Metal Tread Plate
Paint – Blue
Paint – Red
Pinch Bolt
Cup-Shaped Race
Cone-Shaped Race
Reflector
Lower Head Race
Rear Derailleur Cage
Seat Lug
Seat Post
Seat Tube
Steerer
Spokes
Stem
Top Tube
Tension Pulley
`
  .trim()
  .split("\n");
