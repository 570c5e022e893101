// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Php;

/// <summary>
/// Bytes into the structures of one PHP version (x86-64, not thread-safe builds). Sources: the headers of 8.2 by offsetof; the others by
/// counting the fields of Zend/zend_compile.h and Zend/zend_globals.h, compared with the published tables of phpspy (structs/x86_64) and
/// stacks.md.
/// </summary>
/// <param name="CurrentFrame">executor_globals.current_execute_data.</param>
/// <param name="CallerFrame">zend_execute_data.prev_execute_data.</param>
/// <param name="FileName">zend_op_array.filename; line_start and line_end follow it.</param>
internal readonly record struct PhpOffsets(uint CurrentFrame, uint CallerFrame, uint FileName)
{
    // zend_execute_data
    internal const uint Opline = 0;
    internal const uint Function = 24;

    // zend_op
    internal const int Line = 24;

    // zend_function: common to all its kinds
    internal const int FunctionName = 8;
    internal const int Scope = 16;

    // zend_class_entry
    internal const int ClassName = 8;

    // sapi_globals_struct
    internal const uint RequestMethod = 8;
    internal const uint RequestUri = 48;

    /// <summary>The offsets of a version; null when they are not known.</summary>
    internal static PhpOffsets? Of(PhpVersion version) => (version.Major, version.Minor) switch
    {
        (7, 0) => new(480, 56, 120),
        (7, 1) or (7, 2) => new(480, 48, 120),
        (7, 3) => new(488, 48, 128),
        (7, 4) => new(488, 48, 136),
        (8, 0) or (8, 1) => new(488, 48, 144),
        (8, 2) => new(488, 48, 152),
        (8, 3) => new(488, 48, 144),
        (8, 4) => new(488, 48, 168),
        (8, 5) => new(512, 48, 168),
        _ => null,
    };
}
