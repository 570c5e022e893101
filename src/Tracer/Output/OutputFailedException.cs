// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>The output could not be written, for example to a full disk.</summary>
internal sealed class OutputFailedException(string message, Exception cause) : IOException(message, cause);
