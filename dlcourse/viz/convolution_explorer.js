document.querySelectorAll('[data-explorer="@NAME@"]').forEach(function (explorer) {
  if (explorer.explores) return;
  explorer.explores = true;
  var PANEL = 300, GAP = 40, TOP = 24;
  var drawing = explorer.querySelector('svg[role="img"]');
  var sum = explorer.querySelector('.dlcourse-sum');
  var controls = explorer.querySelector('.dlcourse-numbers');
  var settings = JSON.parse(explorer.dataset.settings);
  var sliders = {}, labels = {};

  function count(n, k, s, p, d) {
    var span = d * (k - 1) + 1;
    return span > n + 2 * p ? 0 : Math.floor((n + 2 * p - span) / s) + 1;
  }

  function square(kind, x, row, column, cell) {
    return '<rect class="' + kind + '" x="' + (x + cell * column) + '" y="' + (TOP + cell * row) +
      '" width="' + cell + '" height="' + cell + '"/>';
  }

  function text(x, words) {
    return '<text x="' + x + '" y="14">' + words + '</text>';
  }

  function draw() {
    var v = {};
    Object.keys(settings).forEach(function (name) {
      v[name] = sliders[name].valueAsNumber;
      labels[name].textContent = v[name];
    });
    var n = v.size, k = v.kernel_size, s = v.stride, p = v.padding, d = v.dilation;
    var m = count(n, k, s, p, d), padded = n + 2 * p, span = d * (k - 1) + 1;
    sliders.place.max = Math.max(0, m * m - 1);
    sliders.place.disabled = m === 0;
    var place = sliders.place.valueAsNumber;
    var row = m ? Math.floor(place / m) : 0, column = m ? place % m : 0;
    labels.place.textContent = m ? '(' + row + ', ' + column + ')' : 'none';
    var cell = Math.floor(PANEL / Math.max(padded, 7));
    var seen = {}, o, t, r, c;
    for (o = 0; o < m; o++) for (t = 0; t < k; t++) seen[o * s + t * d] = true;

    function inside(at) { return at >= p && at < p + n; }

    var svg = text(0, 'input ' + n + ' × ' + n + (p ? ', padding ' + p : ''));
    for (r = 0; r < padded; r++) for (c = 0; c < padded; c++) {
      svg += square((inside(r) && inside(c) ? 'in' : 'pad') + (seen[r] && seen[c] ? '' : ' idle'),
        0, r, c, cell);
    }
    var said = 'Input ' + n + ' × ' + n + ' with padding ' + p + ', kernel ' + k + ' × ' + k +
      ', stride ' + s + ', dilation ' + d + ': ';
    if (m) {
      var outside = 0;
      for (r = 0; r < k; r++) for (c = 0; c < k; c++) {
        var y = row * s + r * d, x = column * s + c * d;
        svg += square('tap', 0, y, x, cell);
        if (!inside(y) || !inside(x)) outside++;
      }
      svg += '<rect class="span" x="' + cell * column * s + '" y="' + (TOP + cell * row * s) +
        '" width="' + cell * span + '" height="' + cell * span + '"/>';
      svg += text(PANEL + GAP, 'output ' + m + ' × ' + m);
      for (o = 0; o < m * m; o++) {
        svg += square(o === place ? 'out now' : 'out', PANEL + GAP, Math.floor(o / m), o % m, cell);
      }
      said += 'output ' + m + ' × ' + m + '. Output (' + row + ', ' + column + ') reads ' + k * k +
        ' places, ' + outside + ' of them padding.';
      sum.textContent = '⌊(' + n + ' + 2·' + p + ' − ' + d + '·(' + k + ' − 1) − 1) / ' + s +
        '⌋ + 1 = ' + m;
    } else {
      said += 'the kernel spans ' + span + ', the padded input ' + padded + ', and it fits nowhere.';
      sum.textContent = 'the kernel is larger than the padded input';
    }
    drawing.innerHTML = svg;
    drawing.setAttribute('aria-label', said);
    Object.keys(sliders).forEach(function (name) {
      var slider = sliders[name], low = Number(slider.min);
      var done = (slider.valueAsNumber - low) / Math.max(1, slider.max - low);
      slider.style.setProperty('--done', 100 * done + '%');
      slider.setAttribute('aria-valuetext', labels[name].textContent);
    });
  }

  function add(name, words, value, low, high) {
    var label = document.createElement('label');
    label.innerHTML = '<span>' + words + '</span><input type="range" step="1"><output></output>';
    sliders[name] = label.querySelector('input');
    labels[name] = label.querySelector('output');
    labels[name].setAttribute('aria-live', 'off');
    sliders[name].min = low;
    sliders[name].max = high;
    sliders[name].value = value;
    sliders[name].addEventListener('input', draw);
    controls.appendChild(label);
  }

  controls.textContent = '';
  Object.keys(settings).forEach(function (name) {
    var given = settings[name];
    add(name, name === 'kernel_size' ? 'kernel' : name, given[0], given[1], given[2]);
  });
  add('place', 'output', 0, 0, 0);
  drawing.addEventListener('click', function (event) {
    var cells = [].slice.call(drawing.querySelectorAll('.out'));
    var found = cells.indexOf(event.target);
    if (found < 0) return;
    sliders.place.value = found;
    draw();
  });
  explorer.addEventListener('keydown', function (event) {
    if (/^(Arrow|Home|End|Page)/.test(event.key)) event.stopPropagation();
  });
  draw();
});
