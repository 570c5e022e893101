// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Stacks.Java;

/// <summary>Offsets of what is read of methods, their constant pools and classes.</summary>
internal sealed class MethodLayout
{
    internal MethodLayout(LayoutFinder find)
    {
        ConstMethod = find.Field("Method::_constMethod");
        Constants = find.Field("ConstMethod::_constants");
        ConstMethodWords = find.Field("ConstMethod::_constMethod_size");
        CodeSize = find.Field("ConstMethod::_code_size");
        NameIndex = find.Field("ConstMethod::_name_index");
        ConstMethodBytes = find.Size("ConstMethod");
        // u2 up to 20, then a structure of its own. Without it no lines are shown.
        Flags = find.Optional("ConstMethod::_flags", "ConstMethod::_flags._flags");
        HasLines = find.Structs.Constants.TryGetValue("ConstMethod::_has_linenumber_table", out ulong bit)
            || find.Structs.Constants.TryGetValue("ConstMethodFlags::_misc_has_linenumber_table", out bit) ? bit : 0;

        PoolHolder = find.Field("ConstantPool::_pool_holder");
        PoolLength = find.Field("ConstantPool::_length");
        PoolBytes = find.Size("ConstantPool");
        // In the class up to 14, in its constant pool since.
        PoolSourceFile = find.Optional("ConstantPool::_source_file_name_index");
        ClassSourceFile = find.Optional("InstanceKlass::_source_file_name_index");
        ClassName = find.Field("Klass::_name");
        SymbolLength = find.Field("Symbol::_length");
        SymbolBody = find.Field("Symbol::_body[0]", "Symbol::_body");
    }

    internal VmField ConstMethod { get; }

    internal VmField Constants { get; }

    internal VmField ConstMethodWords { get; }

    internal VmField CodeSize { get; }

    internal VmField NameIndex { get; }

    internal int ConstMethodBytes { get; }

    internal VmField? Flags { get; }

    internal ulong HasLines { get; }

    internal VmField PoolHolder { get; }

    internal VmField PoolLength { get; }

    internal int PoolBytes { get; }

    internal VmField? PoolSourceFile { get; }

    internal VmField? ClassSourceFile { get; }

    internal VmField ClassName { get; }

    internal VmField SymbolLength { get; }

    internal VmField SymbolBody { get; }
}
