"""`gate_rank_2026` in plain NumPy, written again from the specification (sections in brackets).

Arrays have any leading axes and the subnets last, so that the same code runs a batch of paths and a
single one. It needs NumPy alone, since radCAD lives in an environment of its own.
"""

from __future__ import annotations

import numpy as np
from problem import Problem, step_days

MAX_SUPPLY = 21e6
MIN_WEIGHT, WEIGHT_ROUNDING = 0.01, 1e-15
MIN_RESERVE, MAX_INPUT_RATIO, MIN_PRICE, MAX_PRICE = 1e-3, 1_000.0, 1e-6, 1e6
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
ROUNDS = 13
CENTRE = (
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
    -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
)  # fmt: skip
TAIL = (
    -2.22339531e-05, 0.000135715483, -0.000265850947, -8.77730199e-05, 0.00145061931,
    -0.00358148734, 0.00569934491, -0.00764011638, 0.0094436314, 1.00167513, 2.83297682,
)  # fmt: skip

AGE_SCALE, YOUNGEST = 90.0, 0.5
STREAMS = ("level", "swing", "daily", "intraday")
COMPONENT = ("start", "start_sd", "sd", "persistence")

State = dict[str, np.ndarray]
Scores = dict[str, np.ndarray]
Keys = tuple[np.ndarray, np.ndarray]

POOL = ("tao_in", "alpha_in", "w_tao", "tao_reservoir", "alpha_reservoir")


def begin(problem: Problem, paths: int | None = None) -> State:
    """The start of a batch of paths, or of one."""
    lead = () if paths is None else (paths,)

    def each(values: np.ndarray) -> np.ndarray:
        return np.broadcast_to(values, (*lead, problem.subnets)).copy()

    zero = np.zeros(problem.subnets)
    return {
        "tao_in": each(problem.tao_in),
        "alpha_in": each(problem.alpha_in),
        "w_tao": each(problem.w_tao),
        "tao_reservoir": each(zero),
        "alpha_reservoir": each(zero),
        "alpha_out": each(problem.alpha_out),
        "protocol_alpha": each(problem.protocol_alpha),
        "root_basket": each(zero),
        "moving_price": each(problem.moving_price),
        "total_issuance": np.full((*lead, 1), problem.total_issuance),
        "level": each(zero),
        "swing": each(zero),
        "volatility": each(zero),
    }


def spot_price(state: State) -> np.ndarray:
    """[3.2]"""
    w = state["w_tao"]
    return state["tao_in"] * (1.0 - w) / (w * state["alpha_in"])


def block_emission(issuance: np.ndarray) -> np.ndarray:
    """[3.1]"""
    fraction = (MAX_SUPPLY - issuance) / MAX_SUPPLY
    mantissa, exponent = np.frexp(fraction)
    exponent = np.where(mantissa == 0.5, exponent - 1, exponent)
    return np.where(fraction > 0.0, np.ldexp(1.0, exponent), 0.0)


def shares(
    problem: Problem, state: State, bar: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Price, burn, gate and mask [3.6].

    Args:
        problem: the rules and who takes part.
        state: before the step.
        bar: in force; by default it is renewed, as in every step of a tempo or more.

    Returns:
        The shares and the bar.
    """
    moving = np.where(problem.in_emit_set, state["moving_price"], 0.0)
    weights = moving * problem.paid_miners
    total = weights.sum(-1, keepdims=True)
    weights = np.where(total > 0.0, weights, moving)
    share = weights / weights.sum(-1, keepdims=True)
    if bar is None:
        rank = min(problem.rank, problem.subnets)
        bar = np.partition(share, -rank, axis=-1)[..., -rank, None]
        least = np.where(share > 0.0, share, np.inf).min(-1, keepdims=True)
        bar = np.where(bar > 0.0, bar, least)
    ratio = np.where(share > 0.0, bar / np.where(share > 0.0, share, 1.0), 1.0)
    gated = share / (1.0 + np.exp(problem.exponent * np.log(ratio)))
    gated = gated / gated.sum(-1, keepdims=True)
    if problem.emission_enabled.all():
        return gated, bar
    masked = np.where(problem.emission_enabled, gated, 0.0)
    return masked / masked.sum(-1, keepdims=True), bar


def _inject(state: State, tao: np.ndarray, alpha: np.ndarray, price: np.ndarray) -> None:
    """Both tokens, or one of them, at an unchanged price [3.5 S3]."""
    tao = state["tao_reservoir"] + tao
    alpha = state["alpha_reservoir"] + alpha
    with_tao, with_alpha = state["tao_in"] + tao, state["alpha_in"] + alpha

    def attempt(tao_in: np.ndarray, alpha_in: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        weight = tao_in / (price * alpha_in + tao_in)
        return weight, np.minimum(weight, 1.0 - weight) >= MIN_WEIGHT - WEIGHT_ROUNDING

    w_both, both = attempt(with_tao, with_alpha)
    if both.all():
        state["w_tao"], state["tao_in"], state["alpha_in"] = w_both, with_tao, with_alpha
        state["tao_reservoir"], state["alpha_reservoir"] = np.zeros_like(tao), np.zeros_like(tao)
        return
    w_alpha, alpha_alone = attempt(state["tao_in"], with_alpha)
    w_tao, tao_alone = attempt(with_tao, state["alpha_in"])
    add_alpha = both | alpha_alone
    add_tao = both | (~alpha_alone & tao_alone)
    weight = np.where(both, w_both, np.where(alpha_alone, w_alpha, w_tao))
    state["w_tao"] = np.where(add_alpha | add_tao, weight, state["w_tao"])
    state["tao_in"] = np.where(add_tao, with_tao, state["tao_in"])
    state["alpha_in"] = np.where(add_alpha, with_alpha, state["alpha_in"])
    state["tao_reservoir"] = np.where(add_tao, 0.0, tao)
    state["alpha_reservoir"] = np.where(add_alpha, 0.0, alpha)


def ema_weights(rate: np.ndarray, blocks: int) -> tuple[np.ndarray, np.ndarray]:
    """Level and moment of a step's updates of the price average [3.3]."""
    kept = 1.0 - rate
    age = np.arange(blocks, dtype=float)[:, None]
    weight = rate * kept**age
    return weight.sum(0), ((blocks - age) * weight).sum(0)


def step(
    problem: Problem,
    before: State,
    number: int,
    own: np.ndarray,
    common: np.ndarray,
    scores: Scores | None,
) -> State:
    """A step of the block algorithm [4.4, 4.5], from standard normal deviates.

    Args:
        problem: the rules and who takes part.
        before: the state.
        number: of the step.
        own: of each subnet's flow.
        common: of the flow that all have in common.
        scores: of each subnet's volatility, in the first step of a day.
    """
    n = problem.step_blocks
    state = dict(before)
    start = spot_price(state)
    final, state["gate_bar"] = shares(problem, state)
    emitting = problem.in_emit_set
    root = problem.tao_weight * problem.root_tao

    tao_emission = block_emission(state["total_issuance"]) * final
    issued = state["alpha_in"] + state["alpha_out"]
    alpha_emission = np.where(emitting, block_emission(issued), 0.0)
    cap = root / (root + issued) * alpha_emission
    wanted = tao_emission / start
    capped = wanted > cap
    tao_given = np.where(capped, cap * start, tao_emission)
    alpha_given = np.where(capped, cap, wanted)

    # The chain buys before the injection [3.7].
    tao = n * (tao_emission - tao_given)
    y, x, w = state["tao_in"], state["alpha_in"], state["w_tao"]
    room = y * np.expm1((1.0 - w) * np.log(np.maximum(MAX_PRICE / start, 1.0)))
    spent = np.minimum(tao, room)
    allowed = (spent <= MAX_INPUT_RATIO * y) & (x >= MIN_RESERVE)
    spent = np.where(allowed, spent, 0.0)
    bought = -x * np.expm1(-w / (1.0 - w) * np.log1p(spent / y))
    state["tao_in"], state["alpha_in"] = y + spent, x - bought
    _inject(state, n * tao_given, n * alpha_given, spot_price(state))
    for name in POOL:
        # The coinbase does not touch a pool outside the emit set.
        state[name] = np.where(emitting, state[name], before[name])
    middle = spot_price(state)

    # Mint and split [3.8].
    out = state["alpha_out"] + n * alpha_emission + bought
    rho = root / (root + state["alpha_in"] + out)
    owner = np.where(problem.owner_cut_enabled, problem.owner_cut * alpha_emission, 0.0)
    half = 0.5 * (alpha_emission - owner)
    rooted = rho * half
    moving = np.where(emitting, before["moving_price"], 0.0)
    earns = moving.sum(-1, keepdims=True) > 1.0
    state["root_basket"] = state["root_basket"] + np.where(earns, n * rooted, 0.0)
    state["protocol_alpha"] = state["protocol_alpha"] + bought
    out = out - np.where(earns, 0.0, n * rooted)
    state["total_issuance"] = state["total_issuance"] + (n * tao_given + spent).sum(
        -1, keepdims=True
    )
    sale = n * (
        problem.owner_sells * owner
        + problem.miner_sells * half * problem.paid_miners
        + problem.validator_sells * (half - rooted)
    )

    # Users trade [3.5].
    if scores is not None:
        state |= new_day(problem, state, number, scores)
    push = push_of(problem, state["volatility"], own, common)
    y, x, w = state["tao_in"], state["alpha_in"], state["w_tao"]
    ratio = w / (1.0 - w)
    sellable = out - state["protocol_alpha"] - state["root_basket"]
    price, slope = np.log(spot_price(state)), 1.0 + 1.0 / ratio
    dearer = np.maximum(np.log(MAX_PRICE) - price, 0.0) / slope
    cheaper = np.maximum(price - np.log(MIN_PRICE), 0.0) / slope
    most = np.minimum(np.log((x + sellable) / x), cheaper)
    growth = np.maximum(np.minimum(np.log1p(sale / x) - ratio * push, most), -dearer)
    sold = x * np.expm1(growth)
    paid = y * np.expm1(-growth / ratio)
    buying = (paid <= MAX_INPUT_RATIO * y) & (x >= MIN_RESERVE)
    selling = (sold <= MAX_INPUT_RATIO * x) & (y >= MIN_RESERVE)
    done = emitting & np.where(growth < 0.0, buying, selling)
    sold, paid = np.where(done, sold, 0.0), np.where(done, paid, 0.0)
    state["tao_in"], state["alpha_in"] = y + paid, x + sold
    state["alpha_out"] = out - sold

    # The price average [3.3].
    block = problem.block + number * n
    age = block + 0.5 * (n + 1) - (problem.first_emission_block - 1)
    level, moment = ema_weights(problem.ema_rate * age / (age + problem.ema_halving_blocks), n)
    first, second, last = (
        np.minimum(price, problem.ema_cap) for price in (start, middle, spot_price(state))
    )
    averaged = (
        (1.0 - level) * before["moving_price"]
        + level * first
        + moment / n * (second - first)
        + (moment - level) / n * (last - second)
    )
    state["moving_price"] = np.where(emitting, averaged, before["moving_price"])
    return state


def begins_day(problem: Problem, number: int) -> bool:
    """Whether a step is the first of its day."""
    day, n = problem.blocks_per_day, problem.step_blocks
    return number == 0 or (number - 1) * n // day < number * n // day


def age_days(problem: Problem, number: int) -> np.ndarray:
    """Days since trading began in each subnet, in a step of this number."""
    blocks = problem.block + number * problem.step_blocks - problem.first_emission_block
    return np.where(problem.in_emit_set, blocks, 0) / problem.blocks_per_day


def component(
    problem: Problem, name: str, value: np.ndarray, number: int, normals: np.ndarray
) -> np.ndarray:
    """A component of the log volatility, from standard normal deviates."""
    part = {key: getattr(problem, f"{name}_{key}") for key in COMPONENT}
    if number == 0:
        return part["start"] + part["start_sd"] * normals
    kept = part["persistence"]
    return kept * value + np.sqrt(1.0 - kept**2) * part["sd"] * normals


def new_day(problem: Problem, state: State, number: int, scores: Scores) -> State:
    """A day's volatility of each subnet's flow, and its components."""
    level = component(problem, "level", state["level"], number, scores["level"])
    swing = component(problem, "swing", state["swing"], number, scores["swing"])
    place = (scores["daily"] + problem.table_edge) / problem.table_step
    knot = np.clip(np.floor(place), 0, len(problem.log_multiple) - 2).astype(np.int64)
    low, high = problem.log_multiple[knot], problem.log_multiple[knot + 1]
    depth = np.maximum(state["tao_in"], 1.0) / 1_000.0
    age = np.maximum(age_days(problem, number), YOUNGEST)
    youth = np.exp(problem.age_exponent * np.log1p(AGE_SCALE / age))
    scale = problem.scale_at_1000_tao * depth**problem.depth_exponent * youth
    free = scale * np.exp(level + swing) * np.exp(low + (place - knot) * (high - low))
    volatility = free / np.sqrt(1.0 + (free / problem.max_sd) ** 2)
    return {"level": level, "swing": swing, "volatility": volatility}


def push_of(problem: Problem, volatility: np.ndarray, own: np.ndarray, common: np.ndarray):
    """Investors' push of a step, from standard normal deviates."""
    days = step_days(problem)
    mixed = np.sqrt(1.0 - problem.common_share) * own + np.sqrt(problem.common_share) * common
    spread = volatility * np.sqrt(days)
    return spread * mixed - 0.5 * spread * spread + problem.drift * days


def threefry(
    key: tuple[np.ndarray, np.ndarray], counter: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Threefry-2x32 with 13 rounds."""
    keys = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(0x1BD11BDA))
    x0, x1 = counter[0] + keys[0], counter[1] + keys[1]
    for number in range(ROUNDS):
        turn = ROTATIONS[number % 8]
        x0 = x0 + x1
        x1 = ((x1 << np.uint32(turn)) | (x1 >> np.uint32(32 - turn))) ^ x0
        if number % 4 == 3:
            group = number // 4 + 1
            x0 = x0 + keys[group % 3]
            x1 = x1 + keys[(group + 1) % 3] + np.uint32(group)
    return x0, x1


def _polynomial(coefficients: tuple[float, ...], at: np.ndarray) -> np.ndarray:
    value = np.full_like(at, coefficients[0])
    for coefficient in coefficients[1:]:
        value = value * at + np.float32(coefficient)
    return value


def normals_from_words(words: np.ndarray) -> np.ndarray:
    """Standard normal deviates in float32."""
    upper = words >= np.uint32(1 << 31)
    nearer = np.where(upper, ~words, words).astype(np.float32)
    tail = (nearer + np.float32(0.5)) * np.float32(2.0**-32)
    one = np.float32(1.0)
    depth = -np.log(np.float32(4.0) * tail * (one - tail))
    centre = _polynomial(CENTRE, depth - np.float32(2.5))
    far = _polynomial(TAIL, np.sqrt(depth) - np.float32(3.0))
    size = np.where(depth < 5.0, centre, far) * (one - 2 * tail) * np.float32(np.sqrt(2.0))
    return np.where(upper, size, -size)


def path_keys(key: np.ndarray, paths: np.ndarray) -> Keys:
    """Keys of a stream's paths, with an axis for lanes."""
    numbers = paths.astype(np.uint32)
    words = threefry((key[0], key[1]), (numbers, np.zeros_like(numbers)))
    return words[0][:, None], words[1][:, None]


def normals(keys: Keys, time: int, lanes: int) -> np.ndarray:
    """Deviates of a time, (paths, lanes)."""
    pairs = np.arange((lanes + 1) // 2, dtype=np.uint32)
    first, second = threefry(keys, (np.full_like(pairs, time), pairs))
    return normals_from_words(np.concatenate([first, second], axis=-1)[..., :lanes]).astype(float)


def stream_keys(problem: Problem, paths: np.ndarray) -> dict[str, Keys]:
    """Keys of all streams of these paths."""
    return {name: path_keys(getattr(problem, f"{name}_key"), paths) for name in STREAMS}


def scores_of_day(problem: Problem, keys: dict[str, Keys], number: int) -> Scores | None:
    """Standard normal deviates of the day that begins with a step; None if none does."""
    if not begins_day(problem, number):
        return None
    day = number * problem.step_blocks // problem.blocks_per_day
    return {name: normals(keys[name], day, problem.subnets) for name in STREAMS[:-1]}


def simulate(problem: Problem, first: int, paths: int) -> State:
    """Runs a batch of paths, whose numbers begin at ``first``, to the horizon."""
    numbers = np.arange(first, first + paths)
    keys = stream_keys(problem, numbers)
    state = begin(problem, paths)
    lanes = problem.subnets
    for number in range(problem.steps):
        scores = scores_of_day(problem, keys, number)
        drawn = normals(keys["intraday"], number, lanes + 2)
        own, common = drawn[:, :lanes], drawn[:, lanes : lanes + 1]
        state = step(problem, state, number, own, common, scores)
    return state
