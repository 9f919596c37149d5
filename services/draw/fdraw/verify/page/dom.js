// What both pages need of a browser, however old.

function byID(id) { return document.getElementById(id); }

// make builds an element; text is never read as markup.
function make(name, attributes, children) {
  var e = document.createElement(name), i;
  for (var a in attributes) {
    if (attributes.hasOwnProperty(a)) { e.setAttribute(a, attributes[a]); }
  }
  for (i = 0; children && i < children.length; i++) {
    e.appendChild(typeof children[i] === "string" ? document.createTextNode(children[i]) : children[i]);
  }
  return e;
}

function empty(e) {
  while (e.firstChild) { e.removeChild(e.firstChild); }
  return e;
}

// readFile hands the bytes of a chosen file to done.
function readFile(file, done, failed) {
  if (!window.FileReader || !window.Uint8Array) { failed("这个浏览器太旧，不能读取文件。请换用较新的浏览器，或用 Python 程序 verify.py。"); return; }
  var reader = new FileReader();
  reader.onerror = function () { failed("文件读不出来，请确认它没有被别的程序占用。"); };
  reader.onload = function () {
    var data = new Uint8Array(reader.result), parts = [];
    for (var i = 0; i < data.length; i += 8192) { parts.push(String.fromCharCode.apply(null, data.subarray(i, i + 8192))); }
    done(parts.join(""));
  };
  reader.readAsArrayBuffer(file);
}

// onFile calls use with the file chosen in input or dropped on area.
function onFile(input, area, use) {
  input.onchange = function () { if (input.files && input.files[0]) { use(input.files[0]); } };
  area.ondragover = function (e) { e.preventDefault(); area.className = "drop over"; };
  area.ondragleave = function () { area.className = "drop"; };
  area.ondrop = function (e) {
    e.preventDefault();
    area.className = "drop";
    if (e.dataTransfer && e.dataTransfer.files[0]) { use(e.dataTransfer.files[0]); }
  };
}
