// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Capture;

/// <summary>Takes one whole row of an iterator; valid during the call only.</summary>
public delegate void RowSink(ReadOnlySpan<byte> row);
