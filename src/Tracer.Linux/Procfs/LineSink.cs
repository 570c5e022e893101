// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Linux.Procfs;

/// <summary>Takes one whole line without its end; false: that was enough.</summary>
internal delegate bool LineSink(ReadOnlySpan<byte> line);
