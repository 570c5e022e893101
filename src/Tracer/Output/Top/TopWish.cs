// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output.Top;

/// <summary>What a key asks the command to do; everything else the screen does by itself.</summary>
internal enum TopWish
{
    None,
    Quit,
    ListSockets,
    ExplainSocket,
}
