document.querySelectorAll('[data-flipbook="@BOOK@"]').forEach(function (book) {
  if (book.flips) return;
  book.flips = true;
  var picture = book.querySelector('svg[role="img"]');
  var frames = picture.querySelectorAll('g[data-frame]');
  var output = book.querySelector('output');
  var shapes = {
    back: 'M12 2v12L4 8z',
    play: 'M3 1l11 7-11 7z',
    pause: 'M3 2h4v12H3zM9 2h4v12H9z',
    on: 'M4 2v12l8-6z'
  };

  function look(button, shape, name) {
    button.innerHTML = '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">' +
      '<path fill="currentColor" d="' + shapes[shape] + '"/></svg>';
    button.setAttribute('aria-label', name);
    button.title = name;
  }

  function add(shape, name, act) {
    var button = document.createElement('button');
    button.type = 'button';
    look(button, shape, name);
    button.addEventListener('click', act);
    buttons.appendChild(button);
    return button;
  }

  var still = window.matchMedia('(prefers-reduced-motion: reduce)');
  var timer = null;

  function go(index) {
    index = Math.max(0, Math.min(frames.length - 1, index));
    frames.forEach(function (frame, i) {
      frame.style.display = i === index ? '' : 'none';
    });
    var frame = frames[index];
    slider.value = index;
    slider.style.setProperty('--done', 100 * index / Math.max(1, frames.length - 1) + '%');
    slider.setAttribute('aria-valuetext', frame.dataset.frame);
    output.textContent = frame.dataset.frame;
    if (frame.dataset.alt) picture.setAttribute('aria-label', frame.dataset.alt);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    look(play, 'play', 'Play');
  }

  function step() {
    if (!book.isConnected) return stop();
    go(slider.valueAsNumber + 1);
    if (slider.valueAsNumber === frames.length - 1) stop();
  }

  function start() {
    if (slider.valueAsNumber === frames.length - 1) go(0);
    look(play, 'pause', 'Pause');
    timer = setInterval(step, Number(book.dataset.interval));
  }

  function lessMotion() {
    play.hidden = still.matches;
    if (still.matches) stop();
  }

  function toggle() {
    if (timer !== null) return stop();
    output.setAttribute('aria-live', 'off');
    start();
  }

  function turn(by) {
    return function () {
      stop();
      output.setAttribute('aria-live', 'polite');
      go(slider.valueAsNumber + by);
    };
  }

  /* A page that was saved while it was open already has its controls, without their script. */
  book.querySelectorAll('.dlcourse-buttons, input').forEach(function (old) { old.remove(); });
  var buttons = document.createElement('span');
  buttons.className = 'dlcourse-buttons';
  add('back', 'Previous frame', turn(-1));
  var play = add('play', 'Play', toggle);
  add('on', 'Next frame', turn(1));
  book.querySelector('.dlcourse-controls').prepend(buttons);

  var slider = document.createElement('input');
  slider.type = 'range';
  slider.min = 0;
  slider.max = frames.length - 1;
  slider.step = 1;
  slider.value = book.dataset.start;
  slider.addEventListener('input', function () {
    stop();
    output.setAttribute('aria-live', 'off');
    go(slider.valueAsNumber);
  });
  book.querySelector('label').appendChild(slider);

  book.addEventListener('keydown', function (event) {
    if (/^(Arrow|Home|End|Page|Enter| )/.test(event.key)) event.stopPropagation();
  });

  still.addEventListener('change', lessMotion);
  lessMotion();
  go(slider.valueAsNumber);
});
