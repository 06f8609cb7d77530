document.querySelectorAll('[data-flipbook="@BOOK@"]').forEach(function (book) {
  if (book.flips) return;
  book.flips = true;
  var picture = book.querySelector('svg[role="img"]');
  var frames = picture.querySelectorAll('g[data-frame]');
  var slider = book.querySelector('input');
  var output = book.querySelector('output');
  var buttons = book.querySelector('.dlcourse-buttons');
  var play = book.querySelector('[data-do="play"]');
  var icon = play.querySelector('path');
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
    icon.setAttribute('d', 'M3 1l11 7-11 7z');
    play.setAttribute('aria-label', 'Play');
    play.title = 'Play';
  }

  function step() {
    if (!book.isConnected) return stop();
    go(slider.valueAsNumber + 1);
    if (slider.valueAsNumber === frames.length - 1) stop();
  }

  function start() {
    if (slider.valueAsNumber === frames.length - 1) go(0);
    icon.setAttribute('d', 'M3 2h4v12H3zM9 2h4v12H9z');
    play.setAttribute('aria-label', 'Pause');
    play.title = 'Pause';
    timer = setInterval(step, Number(book.dataset.interval));
  }

  function lessMotion() {
    play.hidden = still.matches;
    if (still.matches) stop();
  }

  slider.addEventListener('input', function () {
    stop();
    output.setAttribute('aria-live', 'off');
    go(slider.valueAsNumber);
  });
  buttons.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (!button) return;
    if (button === play && timer === null) {
      output.setAttribute('aria-live', 'off');
      return start();
    }
    stop();
    if (button === play) return;
    output.setAttribute('aria-live', 'polite');
    go(slider.valueAsNumber + (button.dataset.do === 'on' ? 1 : -1));
  });
  book.addEventListener('keydown', function (event) {
    if (/^(Arrow|Home|End|Page|Enter| )/.test(event.key)) event.stopPropagation();
  });

  still.addEventListener('change', lessMotion);
  lessMotion();
  buttons.hidden = false;
  slider.hidden = false;
  go(slider.valueAsNumber);
});
