"""Which layer was the first to produce a NaN or an infinity."""

import contextlib

import torch

from dlcourse.training.batch import tensors_in


class Watch:
    """Notes the first value that is not finite while a model computes, and where.

    `found` says it in words, `layer` names the module. Looks at the batch, at what goes into and
    comes out of each module, at the gradients on their way back, at the weights after the step.

    >>> model = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Flatten())
    >>> with Watch(model).watching() as watch:
    ...     _ = model(torch.tensor([[float("inf")]]))
    >>> watch.found
    'the batch itself holds inf'
    """

    def __init__(self, model, gradients=True):
        self.model, self.gradients = model, gradients
        self.found = self.layer = None
        self.on = False
        self._last = None  # the module whose gradient was finite

    @contextlib.contextmanager
    def watching(self):
        """Look at what the model does inside this context."""
        hooks = [self.model.register_forward_pre_hook(self._enter_model)]
        for name, module in self.model.named_modules():
            if name:
                hooks.append(module.register_forward_pre_hook(self._before(name)))
            hooks.append(module.register_forward_hook(self._after(name)))
        try:
            yield self
        finally:
            for hook in hooks:
                hook.remove()

    @contextlib.contextmanager
    def during(self, trainer):
        """Look at what a trainer does inside this context: its loss and its steps as well."""
        self.on = True
        loss, network = trainer.loss, trainer.network
        trainer.loss, trainer.network = self._looking_at(loss), trainer.eager
        optimizer, hooks = trainer.optimizer, []
        if self.gradients:
            hooks.append(optimizer.register_step_pre_hook(self._before_step))
        hooks.append(optimizer.register_step_post_hook(self._after_step))
        try:
            with self.watching():
                yield self
        finally:
            trainer.loss, trainer.network = loss, network
            for hook in hooks:
                hook.remove()

    def _enter_model(self, module, inputs):
        self._note(inputs, "the batch itself holds {}", None)
        if self.found is None:
            for name, parameter in self.model.named_parameters():
                layer = name.rpartition(".")[0]
                self._note(parameter, f"the weights {name!r} hold {{}} already", layer)

    def _before(self, name):
        parent = name.rpartition(".")[0]
        within = f"the forward of {parent!r}" if parent else "the model's forward"
        text = f"{{}} first appears in {within}, in what goes into {name!r}"
        return lambda module, inputs: self._note(inputs, text, name)

    def _after(self, name):
        called = repr(name) if name else "the whole model"

        def hook(module, inputs, output):
            kind = type(module).__name__
            self._note(output, f"{{}} first appears in the output of {called} ({kind})", name)
            if self.gradients and self.found is None:
                for tensor in tensors_in(output):
                    if tensor.requires_grad:
                        tensor.register_hook(lambda gradient: self._backward(gradient, name))

        return hook

    def _backward(self, gradient, name):
        through = f"through {self._last!r}" if self._last else "through the loss"
        where = f"in the gradient of the output of {name!r}"
        text = f"{{}} first appears on the way back {through}, {where}"
        self._note(gradient, text, self._last or name)
        self._last = name

    def _before_step(self, *_):
        """Look at the gradients of the weights."""
        for name, parameter in self.model.named_parameters():
            if parameter.grad is not None:
                layer = name.rpartition(".")[0]
                self._note(parameter.grad, f"{{}} first appears in the gradient of {name!r}", layer)

    def _after_step(self, *_):
        """Look at the weights."""
        for name, parameter in self.model.named_parameters():
            layer = name.rpartition(".")[0]
            text = f"{{}} first appears in the weights {name!r} after the optimizer's step"
            self._note(parameter, text, layer)

    def _looking_at(self, loss):
        """The loss function, with a look at what it returns."""

        def watched(output, y):
            value = loss(output, y)
            self._note(value, "the model's output is finite, {} first appears in the loss", None)
            return value

        return watched

    def _note(self, values, text, layer):
        if self.found is not None:
            return
        for tensor in tensors_in(values):
            if tensor.is_floating_point() and not torch.isfinite(tensor).all():
                value = "nan" if torch.isnan(tensor).any() else "inf"
                self.found, self.layer = text.format(value), layer
                return
