/* The emoji shortcodes that operations bots use, as Unicode. A shortcode that is not in this table
 * stays as it was typed, as it would in a workspace that does not have it.
 */

const TABLE = `
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎
heavy_multiplication_x ✖️ warning ⚠️ rotating_light 🚨 no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑
hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ timer_clock ⏲️ alarm_clock ⏰ watch ⌚
clock1 🕐 clock2 🕑 clock3 🕒 clock4 🕓 clock5 🕔 clock6 🕕 clock7 🕖 clock8 🕗 clock9 🕘 clock10 🕙 clock11 🕚 clock12 🕛
arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁 leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️
arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ left_right_arrow ↔️ arrow_forward ▶️ rewind ⏪ fast_forward ⏩
double_vertical_bar ⏸️ pause_button ⏸️ black_square_for_stop ⏹️
large_green_circle 🟢 red_circle 🔴 large_red_circle 🔴 large_yellow_circle 🟡 large_orange_circle 🟠 large_blue_circle 🔵
large_purple_circle 🟣 white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_red_square 🟥 large_yellow_square 🟨
large_blue_square 🟦
white_large_square ⬜ black_large_square ⬛ radio_button 🔘
lock 🔒 unlock 🔓 closed_lock_with_key 🔐 key 🔑 shield 🛡️ mag 🔍 mag_right 🔎 bell 🔔 no_bell 🔕 fire 🔥 fire_engine 🚒
memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋 page_facing_up 📄 scroll 📜 bookmark 🔖 ledger 📒 file_folder 📁 card_index 📇
outbox_tray 📤 inbox_tray 📥 boom 💥 bomb 💣 anchor ⚓ vertical_traffic_light 🚦
link 🔗 chains ⛓️ paperclip 📎 pushpin 📌 round_pushpin 📍 label 🏷️
information_source ℹ️ question ❓ grey_question ❔ exclamation ❗ bangbang ‼️ bulb 💡 speech_balloon 💬 mega 📣 loudspeaker 📢
computer 💻 desktop_computer 🖥️ floppy_disk 💾 package 📦 satellite 🛰️ globe_with_meridians 🌐 cloud ☁️ zap ⚡ electric_plug 🔌
gear ⚙️ wrench 🔧 hammer_and_wrench 🛠️ toolbox 🧰 test_tube 🧪 alembic ⚗️ broom 🧹 wastebasket 🗑️ recycle ♻️
bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 calendar 📅 date 📅 spiral_calendar_pad 🗓️
rocket 🚀 checkered_flag 🏁 tada 🎉 construction 🚧 sos 🆘 ok 🆗 new 🆕 skull 💀 ghost 👻 robot_face 🤖 traffic_light 🚥
eyes 👀 eye 👁️ wave 👋 raised_hand ✋ hand ✋ thumbsup 👍 +1 👍 thumbsdown 👎 -1 👎 point_right 👉 point_up ☝️ muscle 💪
clap 👏 pray 🙏 handshake 🤝 bust_in_silhouette 👤 busts_in_silhouette 👥 cop 👮 detective 🕵️
slightly_smiling_face 🙂 smile 😄 thinking_face 🤔 sweat_smile 😅 disappointed 😞 heart ❤️ star ⭐ sparkles ✨ crescent_moon 🌙
stethoscope 🩺 house 🏠 truck 🚚 fire_extinguisher 🧯 sunny ☀️ snowflake ❄️ zzz 💤 first_place_medal 🥇 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣
heavy_plus_sign ➕ heavy_minus_sign ➖ small_blue_diamond 🔹 small_orange_diamond 🔸 black_small_square ▪️ white_small_square ▫️
`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let place = 0; place < words.length; place += 2) EMOJI.set(words[place], words[place + 1]);

/** The Unicode emoji of a shortcode written without colons, or undefined when we do not know it. */
export function emojiOf(name) {
  return EMOJI.get(name.replace(/::skin-tone-\d$/, ""));
}

/** Turn a plain string into text and emoji nodes; unknown shortcodes stay as they are. */
export function withEmoji(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(/:([a-z0-9_+'-]+)(?=:)/g)) {
    const emoji = emojiOf(match[1]);
    if (!emoji || match.index < from) continue;
    if (match.index > from) parts.push(document.createTextNode(text.slice(from, match.index)));
    parts.push(emojiNode(match[1], emoji));
    from = match.index + match[0].length + 1;
  }
  if (from < text.length) parts.push(document.createTextNode(text.slice(from)));
  return parts;
}

/** One emoji, with its shortcode as its spoken name. */
export function emojiNode(name, emoji) {
  const node = document.createElement("span");
  node.className = "emoji";
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", name.replaceAll("_", " "));
  node.title = `:${name}:`;
  node.textContent = emoji;
  return node;
}
