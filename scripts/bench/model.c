/* The live mechanism and investors' flow as one pass over each path: the whole state of a path stays
 * in the first-level cache, its subnets fill the vector units, its paths the cores. Compiled by
 * bench with -O3 -march=native -ffast-math and OpenMP, for REAL = double and float.
 * Sections in brackets are those of the mechanism specification. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <tgmath.h>

#ifndef REAL
#define REAL double
#endif
typedef REAL real;

#define LANES 4096 /* most subnets */
#define SIMD _Pragma("omp simd")
#define FOR(i, n) for (int i = 0; i < (n); i++)

static const real MAX_SUPPLY = 21e6, MIN_WEIGHT = 0.01, WEIGHT_ROUNDING = 1e-15,
                  MIN_RESERVE = 1e-3, MAX_INPUT_RATIO = 1000, MIN_PRICE = 1e-6, MAX_PRICE = 1e6;

typedef struct {
  int subnets, steps, step_blocks, blocks_per_day, rank, knots, all_enabled;
  double total_issuance, root_tao, tao_weight, exponent, ema_cap, owner_cut, owner_sells,
      miner_sells, validator_sells, table_edge, table_step, level_sd, level_persistence, swing_sd,
      swing_persistence, scale_at_1000_tao, depth_exponent, age_exponent, max_sd, common_share,
      drift;
  uint32_t level_key[2], swing_key[2], daily_key[2], intraday_key[2];
  /* one entry a subnet */
  const double *tao_in, *alpha_in, *w_tao, *alpha_out, *protocol_alpha, *moving_price, *paid_miners,
      *in_emit_set, *emission_enabled, *owner_cut_enabled;
  const double *log_multiple, *level_start, *level_start_sd, *swing_start, *swing_start_sd,
      *age_days; /* when the run starts */
  const real *ema_level, *ema_moment; /* (steps, subnets) */
} problem;

static inline void threefry(uint32_t k0, uint32_t k1, uint32_t *c0, uint32_t *c1) {
  static const int turns[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[3] = {k0, k1, k0 ^ k1 ^ 0x1BD11BDAu};
  uint32_t x0 = *c0 + keys[0], x1 = *c1 + keys[1];
#pragma GCC unroll 13
  for (int r = 0; r < 13; r++) {
    x0 += x1;
    x1 = ((x1 << turns[r % 8]) | (x1 >> (32 - turns[r % 8]))) ^ x0;
    if (r % 4 == 3) {
      x0 += keys[(r / 4 + 1) % 3];
      x1 += keys[(r / 4 + 2) % 3] + (uint32_t)(r / 4 + 1);
    }
  }
  *c0 = x0;
  *c1 = x1;
}

static inline float normal(uint32_t word) {
  const int upper = word >= 0x80000000u;
  const float tail = ((float)(int32_t)(upper ? ~word : word) + 0.5f) * 0x1p-32f;
  const float depth = -logf(4.0f * tail * (1.0f - tail));
  const float c = depth - 2.5f, t = sqrtf(depth) - 3.0f;
  float a = 2.81022636e-08f;
  a = a * c + 3.43273939e-07f;
  a = a * c + -3.5233877e-06f;
  a = a * c + -4.39150654e-06f;
  a = a * c + 0.00021858087f;
  a = a * c + -0.00125372503f;
  a = a * c + -0.00417768164f;
  a = a * c + 0.246640727f;
  a = a * c + 1.50140941f;
  float b = -2.22339531e-05f;
  b = b * t + 0.000135715483f;
  b = b * t + -0.000265850947f;
  b = b * t + -8.77730199e-05f;
  b = b * t + 0.00145061931f;
  b = b * t + -0.00358148734f;
  b = b * t + 0.00569934491f;
  b = b * t + -0.00764011638f;
  b = b * t + 0.0094436314f;
  b = b * t + 1.00167513f;
  b = b * t + 2.83297682f;
  const float size = (depth < 5.0f ? a : b) * (1.0f - 2.0f * tail) * 1.41421356f;
  return upper ? size : -size;
}

static void normals(const uint32_t key[2], uint32_t time, int lanes, float *out) {
  const int pairs = (lanes + 1) / 2;
  uint32_t words[LANES + 4];
  SIMD FOR(l, pairs) {
    uint32_t first = time, second = (uint32_t)l;
    threefry(key[0], key[1], &first, &second);
    words[l] = first;
    words[pairs + l] = second;
  }
  SIMD FOR(l, lanes) out[l] = normal(words[l]);
}

/* The smallest power of two not below the unissued fraction [3.1]. */
static inline real emission(real issuance) {
  const real fraction = (MAX_SUPPLY - issuance) / MAX_SUPPLY;
  real found;
#if REAL_IS_FLOAT
  uint32_t bits;
  memcpy(&bits, &fraction, 4);
  bits = (bits + 0x007FFFFFu) & 0x7F800000u;
  memcpy(&found, &bits, 4);
#else
  uint64_t bits;
  memcpy(&bits, &fraction, 8);
  bits = (bits + 0x000FFFFFFFFFFFFFull) & 0x7FF0000000000000ull;
  memcpy(&found, &bits, 8);
#endif
  return fraction > 0 ? found : 0;
}

/* The rank-th largest of non-negative values, by the bits of their float32 roundings. */
static real nth_largest(const real *values, int n, int rank) {
  int32_t bits[LANES], found = 0;
  SIMD FOR(i, n) {
    const float rounded = (float)values[i];
    memcpy(&bits[i], &rounded, 4);
  }
  for (int32_t bit = 1 << 30; bit; bit >>= 1) {
    const int32_t candidate = found | bit;
    int above = 0;
#pragma omp simd reduction(+ : above)
    FOR(i, n) above += bits[i] >= candidate;
    if (above >= rank) found = candidate;
  }
  real best = 0;
  FOR(i, n) if (bits[i] == found && values[i] > best) best = values[i];
  for (;;) {
    int above = 0;
    FOR(i, n) above += values[i] >= best;
    if (above >= rank) return best;
    real lower = 0;
    FOR(i, n) if (values[i] < best && values[i] > lower) lower = values[i];
    best = lower;
  }
}

typedef struct {
  real y[LANES], x[LANES], w[LANES], waiting_y[LANES], waiting_x[LANES], out[LANES],
      protocol[LANES], basket[LANES], moving[LANES], volatility[LANES], level[LANES],
      swing[LANES];
  real issuance, bar;
} path_state;

/* Price, burn, gate, mask [3.6]. Returns the sum of moving prices. */
static real shares(const problem *p, path_state *s, real *share, int renew) {
  const int n = p->subnets;
  real weights = 0, averages = 0;
#pragma omp simd reduction(+ : weights, averages)
  FOR(i, n) {
    const real m = p->in_emit_set[i] > 0 ? s->moving[i] : 0;
    averages += m;
    weights += m * (real)p->paid_miners[i];
  }
  const real by_pay = weights > 0 ? 1 / weights : 0, by_price = weights > 0 ? 0 : 1 / averages;
  SIMD FOR(i, n) {
    const real m = p->in_emit_set[i] > 0 ? s->moving[i] : 0;
    share[i] = m * ((real)p->paid_miners[i] * by_pay + by_price);
  }
  if (renew) {
    s->bar = nth_largest(share, n, p->rank < n ? p->rank : n);
    if (!(s->bar > 0)) {
      s->bar = 2;
      FOR(i, n) if (share[i] > 0 && share[i] < s->bar) s->bar = share[i];
    }
  }
  const real bar = s->bar;
  real gated = 0, enabled = 0;
  const real h = p->exponent;
#pragma omp simd reduction(+ : gated, enabled)
  FOR(i, n) {
    const real v = share[i], ratio = v > 0 ? bar / v : 1;
    const real g = v > 0 ? v / (1 + exp(h * log(ratio))) : 0;
    share[i] = g;
    gated += g;
    enabled += g * (real)p->emission_enabled[i];
  }
  const real scale = p->all_enabled ? 1 / gated : 1 / enabled;
  SIMD FOR(i, n) share[i] *= scale * (p->all_enabled ? (real)1 : (real)p->emission_enabled[i]);
  return averages;
}

typedef struct {
  uint32_t level[2], swing[2], daily[2], intraday[2];
} path_keys;

/* An AR(1) component of the log volatility. */
static void component(int n, int day, const uint32_t *key, double kept, double sd,
                      const double *start, const double *start_sd, real *value) {
  float drawn[LANES + 2];
  normals(key, (uint32_t)day, n, drawn);
  const real keep = kept, add = sqrt(1 - kept * kept) * sd;
  if (day == 0) {
    SIMD FOR(i, n) value[i] = (real)start[i] + (real)start_sd[i] * (real)drawn[i];
  } else {
    SIMD FOR(i, n) value[i] = keep * value[i] + add * (real)drawn[i];
  }
}

static void new_day(const problem *p, path_state *s, int day, int number, const path_keys *k) {
  const int n = p->subnets;
  float score[LANES + 2];
  component(n, day, k->level, p->level_persistence, p->level_sd, p->level_start, p->level_start_sd,
            s->level);
  component(n, day, k->swing, p->swing_persistence, p->swing_sd, p->swing_start, p->swing_start_sd,
            s->swing);
  normals(k->daily, (uint32_t)day, n, score);
  const real per_step = 1 / p->table_step, edge = p->table_edge, power = p->depth_exponent;
  const real typical = log(p->scale_at_1000_tao), youth = p->age_exponent, most = p->max_sd;
  const real passed = (real)number * p->step_blocks / p->blocks_per_day;
  SIMD FOR(i, n) {
    const real place = ((real)score[i] + edge) * per_step;
    int knot = (int)floor(place);
    knot = knot < 0 ? 0 : knot > p->knots - 2 ? p->knots - 2 : knot;
    const real low = p->log_multiple[knot], high = p->log_multiple[knot + 1];
    const real depth = (s->y[i] > 1 ? s->y[i] : 1) / 1000;
    const real lived = p->in_emit_set[i] > 0 ? (real)p->age_days[i] + passed : 0;
    const real age = lived > (real)0.5 ? lived : (real)0.5;
    const real free = exp(typical + power * log(depth) + youth * log(1 + 90 / age) + s->level[i] +
                          s->swing[i] + low + (place - knot) * (high - low));
    s->volatility[i] = free / sqrt(1 + free / most * (free / most));
  }
}

static void one_step(const problem *p, path_state *s, int number, const path_keys *k,
                     int64_t *day) {
  const int n = p->subnets;
  const real blocks = p->step_blocks, days = (real)p->step_blocks / p->blocks_per_day;
  const real root = p->tao_weight * p->root_tao, root_of_days = sqrt(days);
  const real mine = sqrt(1 - (real)p->common_share), ours = sqrt((real)p->common_share);
  const real cut = p->owner_cut, o = p->owner_sells, m = p->miner_sells, v = p->validator_sells;
  real share[LANES], start[LANES], middle[LANES], sale[LANES];
  float drawn[LANES + 2];

  normals(k->intraday, (uint32_t)number, n + 2, drawn);
  const real averages = shares(p, s, share, 1);
  const real earns = averages > 1, all = emission(s->issuance);
  real issued = 0;
#pragma omp simd reduction(+ : issued)
  FOR(i, n) {
    real y = s->y[i], x = s->x[i], w = s->w[i];
    const real price = y * (1 - w) / (w * x);
    start[i] = price;
    const real supply = x + s->out[i];
    const real minted = p->in_emit_set[i] > 0 ? emission(supply) : 0;
    const real tao = all * share[i], cap = root / (root + supply) * minted, wanted = tao / price;
    const real given_x = wanted > cap ? cap : wanted;
    const real given_y = wanted > cap ? cap * price : tao;

    /* The chain buys before the injection [3.7]. */
    const real dear = MAX_PRICE / price > 1 ? MAX_PRICE / price : 1;
    const real room = y * (exp((1 - w) * log(dear)) - 1), excess = blocks * (tao - given_y);
    real spent = excess < room ? excess : room;
    spent = spent <= MAX_INPUT_RATIO * y && x >= MIN_RESERVE ? spent : 0;
    const real bought = -x * expm1(-w / (1 - w) * log1p(spent / y));
    y += spent;
    x -= bought;

    /* Injection at an unchanged price, by moving the weights [3.5 S3]. */
    const real now = y * (1 - w) / (w * x);
    const real new_y = s->waiting_y[i] + blocks * given_y, new_x = s->waiting_x[i] + blocks * given_x;
    const real least = MIN_WEIGHT - WEIGHT_ROUNDING;
    const real with_y = y + new_y, with_x = x + new_x;
    const real w_both = with_y / (now * with_x + with_y), w_alpha = y / (now * with_x + y),
               w_tao = with_y / (now * x + with_y);
    const int both = w_both >= least && 1 - w_both >= least;
    const int alpha = w_alpha >= least && 1 - w_alpha >= least;
    const int only_y = !alpha && w_tao >= least && 1 - w_tao >= least;
    const int add_x = both || alpha, add_y = both || only_y;
    w = both ? w_both : alpha ? w_alpha : only_y ? w_tao : w;
    /* The coinbase does not touch a pool outside the emit set. */
    const int emits = p->in_emit_set[i] > 0;
    s->waiting_y[i] = !emits ? s->waiting_y[i] : add_y ? 0 : new_y;
    s->waiting_x[i] = !emits ? s->waiting_x[i] : add_x ? 0 : new_x;
    w = emits ? w : s->w[i];
    y = !emits ? s->y[i] : add_y ? with_y : y;
    x = !emits ? s->x[i] : add_x ? with_x : x;
    middle[i] = y * (1 - w) / (w * x);

    /* Mint and split [3.8]. */
    const real out = s->out[i] + blocks * minted + bought;
    const real rho = root / (root + x + out);
    const real owner = cut * minted * (real)p->owner_cut_enabled[i], half = (real)0.5 * (minted - owner), rooted = rho * half;
    s->protocol[i] += bought;
    s->basket[i] += earns * blocks * rooted;
    s->out[i] = out - (1 - earns) * blocks * rooted;
    sale[i] = blocks * (o * owner + m * half * (real)p->paid_miners[i] + v * (half - rooted));
    issued += blocks * given_y + spent;
    s->y[i] = y;
    s->x[i] = x;
    s->w[i] = w;
  }
  s->issuance += issued;

  const int64_t today = (int64_t)number * p->step_blocks / p->blocks_per_day;
  if (today > *day) new_day(p, s, (int)today, number, k);
  *day = today;

  const real *level = p->ema_level + (size_t)number * n, *moment = p->ema_moment + (size_t)number * n;
  const real highest = log(MAX_PRICE), lowest = log(MIN_PRICE);
  const real drift = p->drift, ceiling = p->ema_cap, common = drawn[n];
  SIMD FOR(i, n) {
    /* Users trade [3.5]. */
    const real spread = s->volatility[i] * root_of_days;
    const real push =
        spread * (mine * (real)drawn[i] + ours * common) - (real)0.5 * spread * spread + drift * days;
    real y = s->y[i], x = s->x[i];
    const real ratio = s->w[i] / (1 - s->w[i]);
    const real sellable = s->out[i] - s->protocol[i] - s->basket[i];
    const real wanted = log1p(sale[i] / x) - ratio * push, most = log((x + sellable) / x);
    const real price = log(y / (ratio * x)), slope = 1 + 1 / ratio;
    const real dearer = price < highest ? (highest - price) / slope : 0;
    const real cheaper = price > lowest ? (price - lowest) / slope : 0;
    const real least = wanted < most ? wanted : most, held = least < cheaper ? least : cheaper;
    const real growth = held > -dearer ? held : -dearer;
    real sold = x * expm1(growth), paid = y * expm1(-growth / ratio);
    const int buys = paid <= MAX_INPUT_RATIO * y && x >= MIN_RESERVE;
    const int sells = sold <= MAX_INPUT_RATIO * x && y >= MIN_RESERVE;
    const int done = p->in_emit_set[i] > 0 && (growth < 0 ? buys : sells);
    sold = done ? sold : 0;
    paid = done ? paid : 0;
    y += paid;
    x += sold;
    s->y[i] = y;
    s->x[i] = x;
    s->out[i] -= sold;

    /* The price average [3.3]. */
    const real end = y / (ratio * x);
    const real a = start[i] < ceiling ? start[i] : ceiling, b = middle[i] < ceiling ? middle[i] : ceiling,
               c = end < ceiling ? end : ceiling;
    const real averaged = (1 - level[i]) * s->moving[i] + level[i] * a +
                          moment[i] / blocks * (b - a) + (moment[i] - level[i]) / blocks * (c - b);
    s->moving[i] = p->in_emit_set[i] > 0 ? averaged : s->moving[i];
  }
}

static void path_key(const uint32_t stream[2], uint32_t path, uint32_t *key) {
  key[0] = path;
  key[1] = 0;
  threefry(stream[0], stream[1], &key[0], &key[1]);
}

/* Runs paths first .. first + paths - 1. Leaves each path's reserves and moving prices at the
 * horizon where arrays are given for them, (paths, subnets), and in any case the HHI of each path's
 * emission and, for each subnet, sums over paths of price and squared price. */
void simulate(const problem *p, int64_t first, int64_t paths, double *tao_in, double *alpha_in,
              double *moving_price, double *hhi, double *prices, double *squares) {
  const int n = p->subnets;
  memset(prices, 0, n * sizeof(double));
  memset(squares, 0, n * sizeof(double));
#pragma omp parallel
  {
    static _Thread_local path_state s;
    static _Thread_local double price_sum[LANES], square_sum[LANES];
    memset(price_sum, 0, n * sizeof(double));
    memset(square_sum, 0, n * sizeof(double));
#pragma omp for schedule(dynamic, 4)
    for (int64_t path = 0; path < paths; path++) {
      const uint32_t at = (uint32_t)(first + path);
      path_keys keys;
      path_key(p->level_key, at, keys.level);
      path_key(p->swing_key, at, keys.swing);
      path_key(p->daily_key, at, keys.daily);
      path_key(p->intraday_key, at, keys.intraday);
      FOR(i, n) {
        s.y[i] = p->tao_in[i];
        s.x[i] = p->alpha_in[i];
        s.w[i] = p->w_tao[i];
        s.out[i] = p->alpha_out[i];
        s.protocol[i] = p->protocol_alpha[i];
        s.moving[i] = p->moving_price[i];
        s.waiting_y[i] = s.waiting_x[i] = s.basket[i] = s.volatility[i] = 0;
      }
      s.issuance = p->total_issuance;
      int64_t day = -1;
      FOR(number, p->steps) one_step(p, &s, number, &keys, &day);
      real share[LANES];
      shares(p, &s, share, 0);
      double squared = 0;
      FOR(i, n) {
        const double price = s.y[i] * (1 - s.w[i]) / (s.w[i] * s.x[i]);
        squared += (double)share[i] * share[i];
        price_sum[i] += price;
        square_sum[i] += price * price;
        if (tao_in) {
          tao_in[path * n + i] = s.y[i];
          alpha_in[path * n + i] = s.x[i];
          moving_price[path * n + i] = s.moving[i];
        }
      }
      hhi[path] = squared;
    }
#pragma omp critical
    FOR(i, n) {
      prices[i] += price_sum[i];
      squares[i] += square_sum[i];
    }
  }
}
