// SPDX-License-Identifier: Apache-2.0
using Tracer.Linux.Procfs;
using Tracer.Stacks;
using Tracer.Stacks.Runtimes;
using Tracer.Stacks.Threads;

namespace Tracer.Inspection;

/// <summary>Where a look at threads gets its facts; all of it borrowed.</summary>
/// <param name="Procfs">Where processes are.</param>
/// <param name="Places">The best way to learn registers; null: there is only procfs.</param>
/// <param name="Runtimes">Interpreters and generated code.</param>
/// <param name="Tables">Unwind rules of files.</param>
/// <param name="Symbolizer">Names; shared with others, one lock guards it.</param>
public sealed record InspectionSources(
    ProcfsRoot Procfs, IThreadPlaces? Places, RuntimeDirectory Runtimes, UnwindTableCache Tables, Symbolizer Symbolizer);
