#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/backend/cpu/activations.h"
#include "engine/backend/cpu/kernels/kernels.h"
#include "engine/backend/cpu/matmul.h"
#include "engine/backend/cpu/memory.h"
#include "engine/backend/cpu/packed_matrix.h"
#include "engine/backend/cpu/thread_pool.h"
#include "engine/backend/encoder.h"

namespace inferlab::cpu {

/// A BERT-like encoder on the CPU backend's packed matrices and kernels, with the same promises
/// about bits. Keys and values live for one layer of one step only: they are laid out as tiles of
/// the KV cache, one sequence and head at a time.
class CpuEncoder final : public Encoder {
 public:
  /// Copies the weights; borrows kernels and threads. kExhausted when memory does not suffice.
  static Result<std::unique_ptr<Encoder>> load(const Kernels& kernels, ThreadPool& pool,
                                               const EncoderWeights& weights);
  /// For load().
  CpuEncoder(const Kernels& kernels, ThreadPool& pool, const EncoderConfig& config);

  Result<void> encode(const EncoderBatch& batch, std::span<float> states) override;

 private:
  struct Linear {
    PackedMatrix weight;
    std::vector<float> bias;
  };
  struct Norm {
    std::vector<float> weight, bias;
  };
  struct Layer {
    Linear q, k, v, output, up, down;
    Norm attn_norm, ffn_norm;
  };
  /// One sequence's rows of one head, in the order in which the kernels read them.
  struct HeadScratch {
    std::vector<float> keys;    // tiles of [head_dim, 16 positions]
    std::vector<float> values;  // tiles of [16 positions, head_dim]
    std::vector<float> q;       // [length, head_dim]
    std::vector<float> out;     // the same
    std::vector<float> scores;
    std::vector<const std::byte*> key_tiles, value_tiles;
  };
  struct Place;  // of a matrix in the packed memory

  Result<void> pack(const EncoderWeights& weights);
  void pack_matrices(std::span<const Place> places, bool mapped);
  void embed(const EncoderBatch& batch);
  void attention_part(const EncoderBatch& batch, const Layer& layer);
  void attend_head(const Layer& layer, std::int64_t first_row, std::int64_t length,
                   std::int32_t head, HeadScratch& scratch);
  void gather_head(const Layer& layer, std::int64_t first_row, std::int64_t length,
                   std::int32_t head, HeadScratch& scratch) const;
  void ffn_part(const Layer& layer, std::int64_t num_rows);
  /// hidden_ = norm(hidden_ + projected_ + bias).
  void add_and_norm(const std::vector<float>& bias, const Norm& norm, std::int64_t num_rows);
  void multiply_all(const std::vector<float>& from, std::int64_t num_rows, std::int64_t columns,
                    std::span<const Product> products);
  template <typename Body>
  void for_rows(std::int64_t num_rows, const Body& body);

  const Kernels* kernels_;
  ThreadPool* pool_;
  EncoderConfig config_;
  Memory memory_;
  PackedMatrix token_embd_;
  PackedMatrix position_embd_;
  std::vector<float> token_type_;  // of the first type, which all tokens have; zeros without types
  Norm embd_norm_;
  std::vector<Layer> layers_;

  // Activations, kept between steps: [num_rows, ...].
  std::vector<float> hidden_;
  std::vector<float> q_;
  std::vector<float> k_;
  std::vector<float> v_;
  std::vector<float> attended_;
  std::vector<float> ffn_;
  std::vector<float> projected_;
  Activations activations_;
  std::vector<HeadScratch> scratch_;  // by thread
};

}  // namespace inferlab::cpu
