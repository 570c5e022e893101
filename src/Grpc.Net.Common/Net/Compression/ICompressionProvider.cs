// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;

namespace Grpc.Net.Compression;

/// <summary>One way to compress messages.</summary>
public interface ICompressionProvider
{
    /// <summary>Name on the wire (<c>grpc-encoding</c>).</summary>
    string EncodingName { get; }

    /// <summary>Returns a stream that compresses into another one and leaves that open.</summary>
    Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel);

    /// <summary>Returns a stream that decompresses another one and leaves that open.</summary>
    Stream CreateDecompressionStream(Stream stream);
}
