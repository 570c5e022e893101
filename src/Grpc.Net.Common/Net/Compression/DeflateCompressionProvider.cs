// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>Compresses messages with deflate.</summary>
/// <remarks>HTTP calls the zlib format "deflate": a raw deflate stream would not be understood.</remarks>
public sealed class DeflateCompressionProvider(CompressionLevel defaultCompressionLevel) : ICompressionProvider
{
    /// <inheritdoc/>
    public string EncodingName => "deflate";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new ZLibStream(stream, compressionLevel ?? defaultCompressionLevel, leaveOpen: true);

    /// <inheritdoc/>
    public Stream CreateDecompressionStream(Stream stream) =>
        new ZLibStream(stream, CompressionMode.Decompress, leaveOpen: true);
}
