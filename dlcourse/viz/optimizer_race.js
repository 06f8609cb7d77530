document.querySelectorAll('[data-race="@NAME@"]').forEach(function (race) {
  if (race.runs) return;
  race.runs = true;
  var data = JSON.parse(race.dataset.runs), start = JSON.parse(race.dataset.start);
  var LEFT = 150, WIDE = 820, TOP = 40, HIGH = 840;
  var map = race.querySelector('.map'), chart = race.querySelector('.chart');
  var output = race.querySelector('output'), controls = race.querySelector('.dlcourse-controls');
  var list = race.querySelector('.dlcourse-runners');
  var landscapes = race.querySelector('.dlcourse-landscapes');
  var boxes = {}, values = {}, place = start.surface, timer = null;

  function last(run) { return run.p.length / 2 - 1; }

  function mark(look, x, y, size) {
    return '<path class="spot" transform="translate(' + x + ' ' + y + ') scale(' + size + ')" ' +
      'stroke="' + look.c + '" fill="' + (look.f ? look.c : 'none') + '" d="' + look.m + '"/>';
  }

  function trail(look, points, step) {
    return '<path class="line" stroke="' + look.c + '" stroke-dasharray="' + look.d + '" d="M' +
      points.slice(0, 2 * step + 2).join(' ') + '"/>';
  }

  function loss(run, step) {
    return step > last(run) ? 'lost' : run.t.split(' ')[step];
  }

  function draw() {
    var step = slider.valueAsNumber, surface = data.surfaces[place];
    var goal = surface.goal, x = LEFT + Math.floor(WIDE * step / data.steps);
    var lines = '', heads = '', curves = '', tops = '', said = [];
    Object.keys(data.looks).forEach(function (name) {
      var run = surface.runs[name], look = data.looks[name], on = boxes[name].checked;
      var at = Math.min(step, last(run)), k;
      values[name].textContent = loss(run, step);
      boxes[name].closest('li').className = on ? '' : 'off';
      if (!on) return;
      lines += trail(look, run.p, at);
      for (k = 10; k < at; k += 10) lines += mark(look, run.p[2 * k], run.p[2 * k + 1], 1);
      heads += mark(look, run.p[2 * at], run.p[2 * at + 1], 1.7);
      curves += trail(look, run.l, at);
      for (k = 10; k < at; k += 10) curves += mark(look, run.l[2 * k], run.l[2 * k + 1], 1);
      tops += mark(look, run.l[2 * at], run.l[2 * at + 1], 1.7);
      said.push(name + ' ' + loss(run, step));
    });
    map.innerHTML = surface.levels + '<path class="goal" d="M' + goal[0] + ' ' + goal[1] +
      'm-22-22l44 44m0-44l-44 44"/>' + lines + heads;
    chart.innerHTML = surface.frame + '<path class="now" d="M' + x + ' ' + TOP + 'v' + HIGH +
      '"/>' + curves + tops;
    output.textContent = step;
    slider.style.setProperty('--done', 100 * step / data.steps + '%');
    map.setAttribute('aria-label', 'Map of the ' + place + ', step ' + step + ' of ' + data.steps +
      '. Loss: ' + (said.join(', ') || 'no optimizer is chosen') + '.');
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    look('M3 1l11 7-11 7z', 'Play');
  }

  function forward() {
    if (!race.isConnected) return stop();
    slider.value = slider.valueAsNumber + 1;
    draw();
    if (slider.valueAsNumber === data.steps) stop();
  }

  function look(shape, name) {
    play.innerHTML = '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">' +
      '<path fill="currentColor" d="' + shape + '"/></svg>';
    play.setAttribute('aria-label', name);
    play.title = name;
  }

  function input(parent, type, words, act) {
    var label = document.createElement('label'), box = document.createElement('input');
    box.type = type;
    label.appendChild(box);
    if (typeof words === 'string') label.appendChild(document.createTextNode(words));
    else words.forEach(function (part) { label.appendChild(part); });
    box.addEventListener('change', act);
    parent.appendChild(label);
    return box;
  }

  landscapes.textContent = '';
  Object.keys(data.surfaces).forEach(function (name) {
    var radio = input(landscapes, 'radio', name, function () {
      place = name;
      draw();
    });
    radio.name = '@NAME@';
    radio.checked = name === place;
  });
  [].slice.call(list.children).forEach(function (item) {
    var name = item.dataset.name, parts = item.querySelectorAll('svg, i, b');
    item.textContent = '';
    boxes[name] = input(item, 'checkbox', [].slice.call(parts), draw);
    boxes[name].checked = start.shown.indexOf(name) >= 0;
    values[name] = item.querySelector('b');
  });

  controls.querySelectorAll('.dlcourse-buttons, input').forEach(function (old) { old.remove(); });
  var play = document.createElement('button');
  play.type = 'button';
  play.addEventListener('click', function () {
    if (timer !== null) return stop();
    if (slider.valueAsNumber === data.steps) slider.value = 0;
    look('M3 2h4v12H3zM9 2h4v12H9z', 'Pause');
    timer = setInterval(forward, 80);
    draw();
  });
  var buttons = document.createElement('span');
  buttons.className = 'dlcourse-buttons';
  buttons.appendChild(play);
  controls.prepend(buttons);
  var slider = document.createElement('input');
  slider.type = 'range';
  slider.min = 0;
  slider.max = data.steps;
  slider.value = start.step;
  slider.addEventListener('input', function () {
    stop();
    draw();
  });
  controls.querySelector('label').appendChild(slider);
  race.addEventListener('keydown', function (event) {
    if (/^(Arrow|Home|End|Page|Enter| )/.test(event.key)) event.stopPropagation();
  });
  var still = window.matchMedia('(prefers-reduced-motion: reduce)');
  function lessMotion() {
    play.hidden = still.matches;
    if (still.matches) stop();
  }
  still.addEventListener('change', lessMotion);
  stop();
  lessMotion();
  draw();
});
