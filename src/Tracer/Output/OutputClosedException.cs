// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>Whoever read the output has gone, as <c>head</c> does: a quiet success.</summary>
internal sealed class OutputClosedException : IOException;
