// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>One thread in a thread dump. Texts are sanitized; the machine and the program in it chose them.</summary>
/// <param name="Name">Name of the Java thread; may be anything.</param>
/// <param name="NamespaceTid">Thread id in the pid namespace of the process (nid).</param>
/// <param name="Tid">Thread id as we see it; 0 when no such thread exists any more.</param>
/// <param name="State">RUNNABLE, BLOCKED, WAITING (parking) and so on; empty for threads of the machine itself.</param>
/// <param name="Frames">Innermost first.</param>
public sealed record JavaThread(string Name, uint NamespaceTid, uint Tid, string State, IReadOnlyList<CodeFrame> Frames);
