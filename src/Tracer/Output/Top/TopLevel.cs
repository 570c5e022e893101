// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Top;

/// <summary>How deep the reader has gone.</summary>
internal enum TopLevel
{
    Findings,
    Sockets,
    Biography,
}
